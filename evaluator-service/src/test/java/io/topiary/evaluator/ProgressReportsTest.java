package io.topiary.evaluator;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.WorkerSettings;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.queue.JobContext;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressReportsTest {

  @TempDir private Path folder;

  @Test
  void shouldEndAnEvaluationWhoseWorkerStops() {
    // Given
    var kafka = new KafkaSettings(Map.of("bootstrap.servers", "localhost:1"));
    var config =
        new EvaluatorConfig(new WorkerSettings("w", List.of()), 1, EvaluatorFixture.TIMING);
    var checkpoint = new TestCheckpoints(FileArtifactStore.open(folder), "cnn").dense();
    var stopping = new JobContext("cnn", 1, 1, Instant.EPOCH, 0, () -> true, () -> {});

    try (var sender = new RecordSender("test", kafka, new SimpleMeterRegistry())) {
      var report =
          new ProgressReports(config, sender, Clock.systemUTC()).of("id", checkpoint, stopping);

      // When, then
      assertThatThrownBy(() -> report.onImages(128, 256))
          .isInstanceOf(EvaluationStoppedException.class);
    }
  }
}
