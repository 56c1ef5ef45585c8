package io.topiary.runtime.kafka;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.schemas.TopicCreation;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/** Sees to it, when a service starts, that the topics it lives on are there. */
public final class PipelineTopics {

  private static final Map<String, Object> DEFAULTS =
      Map.of(
          AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000,
          AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000);

  private static final Duration OTHERS_CREATE_WITHIN = Duration.ofMinutes(1);

  private PipelineTopics() {}

  /**
   * Creates what is missing, where the settings say so, and leaves alone what is there. Where they
   * do not, waits for others to create it: an operator may be at it.
   *
   * @throws StartException when no broker answers, when it refuses, or when topics are missing
   */
  public static void createMissing(KafkaSettings kafka) throws InterruptedException {
    try (var admin = kafka.client("topiary-topics", DEFAULTS, Admin::create)) {
      if (kafka.createTopics()) {
        TopicCreation.createMissing(admin);
      } else {
        requireAll(admin, kafka, OTHERS_CREATE_WITHIN);
      }
    } catch (KafkaException e) {
      throw new StartException(sentence(kafka, root(e)), e);
    }
  }

  static void requireAll(Admin admin, KafkaSettings kafka, Duration within)
      throws InterruptedException {
    var missing = TopicCreation.awaitAll(admin, within);
    if (!missing.isEmpty()) {
      throw new StartException(
          "The brokers at %s should have the topics %s, or %s should be true, for services to create them."
              .formatted(
                  kafka.bootstrapServers(),
                  String.join(", ", missing),
                  KafkaSettings.CREATE_TOPICS.name()));
    }
  }

  private static String sentence(KafkaSettings kafka, Throwable why) {
    return why instanceof TimeoutException
        ? "No broker answers at %s, but %s should name brokers that run."
            .formatted(kafka.bootstrapServers(), KafkaSettings.BOOTSTRAP_SERVERS.name())
        : "The brokers at %s should let this service create its topics, or have them already, but: %s"
            .formatted(kafka.bootstrapServers(), why.getMessage());
  }

  private static Throwable root(Throwable e) {
    var root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
