package io.topiary.schemas;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates at start whatever topic is missing; what exists is left as its operator made it. */
public final class TopicCreation {

  private static final Duration SHOW_UP = Duration.ofSeconds(20);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private TopicCreation() {}

  /**
   * Idempotent, and safe when several services start at once. Where nothing is missing, it takes no
   * right to create topics. When it returns, a broker knows all of them: a controller tells the
   * brokers of a new topic only after it has told whoever asked for it.
   *
   * @throws KafkaException when the broker refuses a topic for another reason than its existence,
   *     or when one does not show up
   */
  public static void createMissing(Admin admin) throws InterruptedException {
    create(admin, missing(admin));
    var missing = awaitAll(admin, SHOW_UP);
    if (!missing.isEmpty()) {
      throw new KafkaException(
          "The topics %s were created, but no broker tells of them".formatted(missing));
    }
  }

  /**
   * Creates nothing, and waits until all topics are there.
   *
   * @return the names of those that are still missing after the given time; empty as a rule
   * @throws KafkaException when the broker does not list its topics
   */
  public static List<String> awaitAll(Admin admin, Duration within) throws InterruptedException {
    var deadline = Instant.now().plus(within);
    var missing = missing(admin);
    while (!missing.isEmpty() && Instant.now().isBefore(deadline)) {
      Thread.sleep(LOOK_AGAIN.toMillis());
      missing = missing(admin);
    }
    return missing.stream().map(NewTopic::name).toList();
  }

  private static void create(Admin admin, List<NewTopic> topics) throws InterruptedException {
    for (var created : admin.createTopics(topics).values().entrySet()) {
      try {
        created.getValue().get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw new KafkaException("Topic " + created.getKey() + " cannot be created", e);
        }
      }
    }
  }

  private static List<NewTopic> missing(Admin admin) throws InterruptedException {
    var existing = names(admin);
    var missing = new ArrayList<NewTopic>();
    Topics.ALL.forEach(topic -> missing.add(topic.toCreate()));
    missing.add(Topics.deadLettersToCreate());
    missing.removeIf(topic -> existing.contains(topic.name()));
    return missing;
  }

  private static Set<String> names(Admin admin) throws InterruptedException {
    try {
      return admin.listTopics().names().get();
    } catch (ExecutionException e) {
      throw new KafkaException("The topics cannot be listed", e);
    }
  }
}
