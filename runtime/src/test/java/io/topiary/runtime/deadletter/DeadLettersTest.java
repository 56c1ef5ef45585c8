package io.topiary.runtime.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.Topics;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class DeadLettersTest {

  private static final byte[] KEY = {1};
  private static final byte[] VALUE = {2, 3};

  @Test
  void shouldKeepTheOriginalAndSayWhyAsKafkaStreamsDoes() {
    // Given
    var original = record(1234L);
    original.headers().add("traceparent", new byte[] {7});

    // When
    var letter =
        DeadLetters.letter(original, new IllegalStateException("no good"), "topiary-trainers");

    // Then
    assertThat(letter.topic()).isEqualTo(Topics.DEAD_LETTERS);
    assertThat(letter.key()).isEqualTo(KEY);
    assertThat(letter.value()).isEqualTo(VALUE);
    assertThat(letter.timestamp()).isEqualTo(1234L);
    assertThat(Arrays.stream(letter.headers().toArray()).map(header -> header.key()))
        .containsExactly(
            "traceparent",
            "__streams.errors.exception",
            "__streams.errors.message",
            "__streams.errors.stacktrace",
            "__streams.errors.topic",
            "__streams.errors.partition",
            "__streams.errors.offset",
            "topiary.refused.by");
    assertThat(Arrays.stream(letter.headers().toArray()).skip(1))
        .extracting(header -> new String(header.value(), UTF_8).lines().findFirst().orElse(""))
        .containsExactly(
            "java.lang.IllegalStateException",
            "no good",
            "java.lang.IllegalStateException: no good",
            "topiary.jobs",
            "3",
            "42",
            "topiary-trainers");
  }

  @Test
  void shouldTakeARecordWithoutTimeAndAReasonWithoutWords() {
    // When
    var letter = DeadLetters.letter(record(-1L), new IllegalStateException(), "x");

    // Then
    assertThat(letter.timestamp()).isNull();
    assertThat(letter.headers().lastHeader(DeadLetters.MESSAGE).value()).isNull();
  }

  @Test
  void shouldCutAReasonThatQuotesWhatIsEndless() {
    // When
    var letter =
        DeadLetters.letter(record(0L), new IllegalStateException("x".repeat(1 << 20)), "x");

    // Then
    assertThat(letter.headers().lastHeader(DeadLetters.MESSAGE).value()).hasSize(32_768);
    assertThat(letter.headers().lastHeader(DeadLetters.STACKTRACE).value()).hasSize(32_768);
  }

  @Test
  void shouldLeaveAValueThatNoLetterCanHoldWhereItIs() {
    // When
    var whole =
        DeadLetters.letter(record(0L, new byte[15 << 20]), new IllegalStateException(), "x");
    var empty =
        DeadLetters.letter(record(0L, new byte[(15 << 20) + 1]), new IllegalStateException(), "x");

    // Then
    assertThat(whole.value()).hasSize(15 << 20);
    assertThat(empty.value()).isNull();
    assertThat(empty.headers().lastHeader(DeadLetters.OFFSET).value()).asString().isEqualTo("42");
  }

  private static ConsumerRecord<byte[], byte[]> record(long timestamp) {
    return record(timestamp, VALUE);
  }

  private static ConsumerRecord<byte[], byte[]> record(long timestamp, byte[] value) {
    return new ConsumerRecord<>(
        "topiary.jobs",
        3,
        42L,
        timestamp,
        TimestampType.CREATE_TIME,
        KEY.length,
        value.length,
        KEY,
        value,
        new RecordHeaders(),
        Optional.empty());
  }
}
