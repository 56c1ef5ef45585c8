package io.topiary.runtime.queue;

import static io.topiary.runtime.queue.QueueFixture.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kroxylicious.testing.kafka.api.KafkaCluster;
import io.kroxylicious.testing.kafka.common.BrokerConfig;
import io.kroxylicious.testing.kafka.junit5ext.KafkaClusterExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
@Tag("process")
@ExtendWith(KafkaClusterExtension.class)
class WorkerProcessIT {

  private static final Duration SOON = Duration.ofSeconds(60);

  @BrokerConfig(name = "group.share.record.lock.duration.ms", value = "2000")
  @BrokerConfig(name = "group.share.min.record.lock.duration.ms", value = "1000")
  @BrokerConfig(name = "group.share.heartbeat.interval.ms", value = "200")
  @BrokerConfig(name = "group.share.min.heartbeat.interval.ms", value = "200")
  static KafkaCluster cluster;

  @TempDir Path folder;

  private QueueFixture queue;
  private Process worker;

  @BeforeEach
  void startAWorkerThatHasBegunAJob() throws Exception {
    queue = new QueueFixture(cluster.getBootstrapServers());
    worker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                WorkerProcess.class.getName(),
                "--set",
                "topiary.kafka.bootstrap.servers=" + cluster.getBootstrapServers(),
                "--set",
                "topiary.test.topic=" + queue.topic.name(),
                "--set",
                "topiary.test.group=" + queue.group,
                "--set",
                "topiary.http.port=0")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("worker.log").toFile())
            .start();
    queue.send("job");
    await()
        .atMost(SOON)
        .until(
            () -> Files.readString(folder.resolve("worker.log")),
            log -> log.contains(WorkerProcess.BEGUN + "job"));
  }

  @AfterEach
  void close() {
    worker.destroyForcibly();
    queue.close();
  }

  @Test
  void shouldFinishAJobOnceElsewhereWhenItsWorkerIsKilled() throws Exception {
    // Given
    var handler = RecordingHandler.thatSucceeds();

    // When
    worker.destroyForcibly().waitFor();
    queue.start(handler);

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    assertThat(handler.jobs()).containsExactly("job");
    assertThat(handler.contexts().get(0).deliveryCount()).isEqualTo(2);
    assertThat(handler.contexts().get(0).attempt()).isEqualTo(2);
  }

  @Test
  void shouldHandAJobBackWhenItsWorkerIsTerminated() throws Exception {
    // Given
    var handler = RecordingHandler.thatSucceeds();

    // When
    worker.destroy();
    worker.waitFor();
    queue.start(handler);

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    assertThat(handler.jobs()).containsExactly("job");
    assertThat(handler.contexts().get(0).deliveryCount()).isEqualTo(1);
    assertThat(queue.read(queue.topic.name()))
        .extracting(record -> header(record, JobQueue.ATTEMPTS_HEADER))
        .containsExactly(Optional.empty(), Optional.of("1"));
  }
}
