package io.topiary.runtime.streams;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.schemas.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Kafka Streams checks that topics have the same number of partitions when it joins them, and not
 * when processors share a store, as ours do. Were they to differ, a retraining's outcome would come
 * to another task than its plan, and never be seen.
 */
public final class CoPartitioning {

  private static final int LOOKS = 100;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private CoPartitioning() {}

  /**
   * The number of partitions that the topics share.
   *
   * @param clientId of whoever asks
   * @throws StartException when they differ in it
   */
  public static int require(String clientId, KafkaSettings kafka, List<Topic<?>> topics)
      throws InterruptedException {
    var joined = topics.stream().map(Topic::name).toList();
    try (var admin = kafka.client(clientId, Map.of(), Admin::create)) {
      var partitions = new TreeMap<String, Integer>();
      describe(admin, joined)
          .forEach((topic, description) -> partitions.put(topic, description.partitions().size()));
      if (Set.copyOf(partitions.values()).size() > 1) {
        throw new StartException(
            "The topics %s should all have the same number of partitions, but have %s."
                .formatted(partitions.keySet(), partitions.values()));
      }
      return partitions.firstEntry().getValue();
    } catch (ExecutionException e) {
      throw new StartException(
          "The topics %s cannot be described: %s.".formatted(joined, e.getCause()), e);
    }
  }

  /** The broker that answers may hear of a new topic a moment after the others. */
  private static Map<String, TopicDescription> describe(Admin admin, List<String> topics)
      throws ExecutionException, InterruptedException {
    for (var look = 1; ; look++) {
      try {
        return admin.describeTopics(topics).allTopicNames().get();
      } catch (ExecutionException e) {
        if (look == LOOKS || !(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
        Thread.sleep(LOOK_AGAIN.toMillis());
      }
    }
  }
}
