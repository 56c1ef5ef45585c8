package io.topiary.runtime.streams;

import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.telemetry.Health;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/**
 * Looks whether a broker answers. Kafka Streams does not tell: it goes on trying, and stays in the
 * state it is in.
 */
final class BrokerWatch implements AutoCloseable {

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(10);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

  private final Admin admin;
  private final Health.Component health;
  private final ScheduledExecutorService watch;

  private BrokerWatch(Admin admin, Health.Component health, String name) {
    this.admin = admin;
    this.health = health;
    this.watch =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              var thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  static BrokerWatch start(String name, KafkaSettings kafka, Health.Component health) {
    var watch = new BrokerWatch(kafka.client(name, Map.of(), Admin::create), health, name);
    var unused =
        watch.watch.scheduleWithFixedDelay(
            watch::look, 0, BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
    return watch;
  }

  @Override
  public void close() {
    watch.shutdownNow();
    admin.close(Duration.ZERO);
  }

  private void look() {
    var options = new DescribeClusterOptions().timeoutMs(Math.toIntExact(ANSWER_WITHIN.toMillis()));
    try {
      admin.describeCluster(options).nodes().get();
      health.ready();
    } catch (ExecutionException e) {
      health.unready("Kafka: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      health.failed(e);
    }
  }
}
