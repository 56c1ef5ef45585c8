package io.topiary.runtime.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OutagesTest {

  /** As Kafka Streams throws them: a commit that failed, around what the producer says of it. */
  static Stream<Throwable> outages() {
    return Stream.of(
        new StreamsException("Error committing", new TimeoutException("Expiring 1 record(s)")),
        new StreamsException("Error committing", new DisconnectException("gone")),
        new StreamsException(
            "Error committing",
            new KafkaException(
                "Cannot execute transactional method because we are in an error state",
                new KafkaException("can no longer retry them; it is safe to abort"))));
  }

  static Stream<Throwable> bugs() {
    return Stream.of(
        new StreamsException("Exception caught in process", new IllegalStateException("a bug")),
        new StreamsException("No such store"),
        new StreamsException(
            "Error committing",
            new KafkaException(
                "Cannot execute transactional method because we are in an error state",
                new TransactionalIdAuthorizationException("not allowed"))));
  }

  @ParameterizedTest
  @MethodSource("outages")
  void shouldWaitForABrokerThatIsAway(Throwable thrown) {
    // Given, when, then
    assertThat(Outages.isOutage(thrown)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void shouldTakeNothingElseForAnOutage(Throwable thrown) {
    // Given, when, then
    assertThat(Outages.isOutage(thrown)).isFalse();
  }
}
