package io.topiary.cli.cluster;

import io.topiary.runtime.config.KafkaSettings;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/** The brokers that a command talks to. */
public final class Cluster {

  /** Somebody sits and waits: one call may take this long, and one request of it. */
  public static final Map<String, Object> WAITS =
      Map.of(
          CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 7_000,
          CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 5_000);

  private Cluster() {}

  /**
   * Asks whether there is anybody, before a command does more.
   *
   * @throws ClusterException when no broker answers, or when none lets this client in
   * @throws io.topiary.runtime.StartException when Kafka's client refuses its settings
   */
  public static void requireThere(KafkaSettings kafka) throws InterruptedException {
    try (var admin = kafka.client("topiary-cli", WAITS, Admin::create)) {
      admin.describeCluster().nodes().get();
    } catch (ExecutionException e) {
      throw failure(kafka, Optional.ofNullable(e.getCause()).orElse(e));
    }
  }

  /** What to tell of a call that failed. */
  public static ClusterException failure(KafkaSettings kafka, Throwable why) {
    var tried =
        "%s by %s"
            .formatted(
                kafka.bootstrapServers(),
                kafka
                    .properties()
                    .getOrDefault(
                        CommonClientConfigs.SECURITY_PROTOCOL_CONFIG,
                        CommonClientConfigs.DEFAULT_SECURITY_PROTOCOL));
    var cause = why instanceof KafkaException && why.getCause() != null ? why.getCause() : why;
    return cause instanceof TimeoutException
        ? new ClusterException(
            "No broker answers at %s; brokers should run there and speak that protocol."
                .formatted(tried),
            why)
        : new ClusterException(
            "The brokers at %s should do what they are asked, but: %s"
                .formatted(tried, why.getMessage()),
            why);
  }
}
