package io.topiary.runtime.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeliveriesTest {

  @ParameterizedTest
  @CsvSource({"0, 1, 1", "0, 3, 3", "4, 1, 5", "4, 3, 7"})
  void shouldCountEarlierAttemptsAndEarlierDeliveries(String header, short delivery, int attempt) {
    // When
    var context = Deliveries.context(record(header, delivery), 0, () -> false, () -> {});

    // Then
    assertThat(context.attempt()).isEqualTo(attempt);
    assertThat(context.deliveryCount()).isEqualTo(delivery);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "-1", "many", "99999999999"})
  void shouldTakeAHeaderThatIsNoCountForNone(@Nullable String header) {
    // When, Then
    assertThat(Deliveries.context(record(header, (short) 1), 0, () -> false, () -> {}).attempt())
        .isEqualTo(1);
  }

  @Test
  void shouldSendAgainWhatCameWithOneCountOfAttempts() {
    // Given
    var record = record("4", (short) 1);
    record.headers().add("traceparent", new byte[] {7});

    // When
    var again = Deliveries.again(record, 5, 0);

    // Then
    assertThat(again.topic()).isEqualTo("jobs");
    assertThat(again.key()).isEqualTo(record.key());
    assertThat(again.value()).isEqualTo(record.value());
    assertThat(again.headers().headers(JobQueue.ATTEMPTS_HEADER))
        .singleElement()
        .satisfies(header -> assertThat(header.value()).asString(UTF_8).isEqualTo("5"));
    assertThat(again.headers().lastHeader("traceparent").value()).containsExactly(7);
    assertThat(again.headers().headers(JobQueue.PROGRESS_HEADER)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    // Record says, job is at, attempt: only what is further than the record says starts afresh.
    "0, 0, 7",
    "0, 1, 1",
    "100, 99, 7",
    "100, 100, 7",
    "100, 101, 1",
    "none, 0, 7",
    "-5, 0, 7",
    "999999999999999999, 100, 7",
  })
  void shouldCountNoAttemptThatMayHaveBroughtTheJobFurther(
      String header, long reached, int attempt) {
    // Given
    var record = record("4", (short) 3);
    record.headers().add(JobQueue.PROGRESS_HEADER, header.getBytes(UTF_8));

    // When, Then
    assertThat(Deliveries.context(record, reached, () -> false, () -> {}).attempt())
        .isEqualTo(attempt);
  }

  @ParameterizedTest
  @CsvSource({"100, 150, 150", "100, 50, 100", "100, 0, 100"})
  void shouldSendAgainHowFarTheJobHasEverBeen(String header, long reached, String sent) {
    // Given
    var record = record("4", (short) 1);
    record.headers().add(JobQueue.PROGRESS_HEADER, header.getBytes(UTF_8));

    // When
    var again = Deliveries.again(record, 0, reached);

    // Then
    assertThat(again.headers().headers(JobQueue.PROGRESS_HEADER))
        .singleElement()
        .satisfies(it -> assertThat(it.value()).asString(UTF_8).isEqualTo(sent));
  }

  private static ConsumerRecord<byte[], byte[]> record(@Nullable String attempts, short delivery) {
    var headers = new RecordHeaders();
    headers.add(JobQueue.ATTEMPTS_HEADER, attempts == null ? null : attempts.getBytes(UTF_8));
    return new ConsumerRecord<>(
        "jobs",
        0,
        0L,
        0L,
        TimestampType.CREATE_TIME,
        0,
        0,
        "key".getBytes(UTF_8),
        "value".getBytes(UTF_8),
        headers,
        Optional.empty(),
        Optional.of(delivery));
  }
}
