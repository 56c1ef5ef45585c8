package io.topiary.schemas;

import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates at start whatever topic is missing; what exists is left as its operator made it. */
public final class TopicCreation {

  private TopicCreation() {}

  /**
   * Idempotent, and safe when several services start at once.
   *
   * @throws KafkaException when the broker refuses a topic for another reason than its existence
   */
  public static void createMissing(Admin admin) throws InterruptedException {
    var topics = new ArrayList<NewTopic>();
    Topics.ALL.forEach(topic -> topics.add(topic.toCreate()));
    topics.add(Topics.deadLettersToCreate());
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
}
