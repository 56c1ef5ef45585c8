package io.topiary.runtime.streams;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;

/** Tells a broker that is away from a bug, where both end a thread of Kafka Streams. */
final class Outages {

  private Outages() {}

  /**
   * Whether a thread ended because no broker answered. Kafka Streams waits out most of an outage,
   * but not what is in flight when it begins: that ends in an error that Kafka calls retriable, or,
   * when the producer has given up a record of the transaction that is then to be committed, in a
   * plain {@link KafkaException} that has no cause and no class of its own. Errors that would come
   * again, such as a missing permission, have one.
   */
  static boolean isOutage(Throwable thrown) {
    var causes = Stream.iterate(thrown, Objects::nonNull, Throwable::getCause).toList();
    return causes.stream().anyMatch(RetriableException.class::isInstance)
        || root(causes).getClass() == KafkaException.class;
  }

  private static Throwable root(List<? extends Throwable> causes) {
    return causes.get(causes.size() - 1);
  }
}
