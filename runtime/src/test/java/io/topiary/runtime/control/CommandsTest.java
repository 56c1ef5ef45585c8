package io.topiary.runtime.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.topiary.schemas.Command;
import io.topiary.schemas.Control;
import io.topiary.schemas.Topics;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CommandsTest {

  private final Commands commands = new Commands();

  @Test
  void shouldCancelTheIdAndNoOther() {
    // When
    commands.apply(record("job", cancel("job")));

    // Then
    assertThat(commands.cancelled("job")).isTrue();
    assertThat(commands.cancelled("other")).isFalse();
  }

  @Test
  void shouldTakeACommandBackByATombstone() {
    // Given
    commands.apply(record("job", cancel("job")));

    // When
    commands.apply(record("job", null));
    commands.apply(record("never", null));

    // Then
    assertThat(commands.cancelled("job")).isFalse();
  }

  @Test
  void shouldCancelAgainWhatWasTakenBack() {
    // When
    commands.apply(record("job", cancel("job")));
    commands.apply(record("job", null));
    commands.apply(record("job", cancel("job")));

    // Then
    assertThat(commands.cancelled("job")).isTrue();
  }

  @Test
  void shouldRefuseWhatIsNoControlAndKeepWhatWasCommanded() {
    // Given
    commands.apply(record("job", cancel("job")));

    // When, Then
    assertRefused(record("job", "no Avro".getBytes(UTF_8)), "should be a Control");
    assertRefused(record(null, cancel("job")), "The key should be the id of a job or a plan");
    assertRefused(record("other", cancel("job")), "is for \"job\", but its key is \"other\"");
    assertRefused(
        record("job", control("job", Command.UNKNOWN)),
        "The command for \"job\" is one that this worker does not know; it knows CANCEL");
    assertThat(commands.cancelled("job")).isTrue();
    assertThat(commands.cancelled("other")).isFalse();
  }

  private void assertRefused(ConsumerRecord<byte[], byte[]> record, String sentence) {
    assertThatExceptionOfType(SerializationException.class)
        .isThrownBy(() -> commands.apply(record))
        .withMessageContaining(sentence);
  }

  private static byte[] cancel(String id) {
    return control(id, Command.CANCEL);
  }

  private static byte[] control(String id, Command command) {
    return Topics.CONTROLS.serde().encode(new Control(id, command, Instant.EPOCH));
  }

  private static ConsumerRecord<byte[], byte[]> record(
      @Nullable String key, byte @Nullable [] value) {
    return new ConsumerRecord<>(
        Topics.CONTROLS.name(), 0, 0L, key == null ? null : key.getBytes(UTF_8), value);
  }
}
