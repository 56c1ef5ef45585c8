package io.topiary.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process that is interrupted, and the next one in the same folder. */
@Tag("process")
class DemoProcessIT {

  private static final Duration STARTED = Duration.ofSeconds(90);
  private static final Path JAR =
      Path.of("..", "topiary-cli", "target", "topiary-cli.jar").toAbsolutePath().normalize();

  @TempDir private Path folder;

  @Test
  void shouldLeaveNothingRunningAndNothingHalfWrittenWhenItIsInterrupted() throws Exception {
    // Given a demo that trains
    var data = folder.resolve("data");
    try (var demo = demo("first", data)) {
      await().atMost(STARTED).until(() -> demo.output().contains("training dense: epoch"));

      // When a second one is started in the same folder, it says that this is taken
      try (var second = demo("second", data)) {
        assertThat(second.exitStatus(STARTED)).isEqualTo(2);
        assertThat(second.output().lines())
            .singleElement()
            .asString()
            .contains("Another run uses the folder " + data);
      }

      // When the first is told to stop, it does so in order
      assertThat(demo.terminate(Duration.ofSeconds(45))).isEqualTo(143);
      assertThat(demo.output()).contains("Interrupted").doesNotContain("Exception");
    }

    // Then nothing half written is left, and the folder is free
    try (var files = Files.walk(data)) {
      assertThat(files.filter(file -> file.getParent().endsWith("artifacts/tmp"))).isEmpty();
    }
    try (var third = demo("third", data)) {
      await().atMost(STARTED).until(() -> third.output().contains("training dense"));
    }
  }

  @Test
  void shouldStopWithoutComplaintWhileItIsStarting() throws Exception {
    // Given a demo that has its folder, and goes on to start the broker
    var data = folder.resolve("data");
    try (var demo = demo("starting", data)) {
      await()
          .pollInterval(Duration.ofMillis(10))
          .atMost(STARTED)
          .until(() -> Files.exists(data.resolve(".lock")));

      // When it is told to stop, it has nothing to say of what can no longer be started
      assertThat(demo.terminate(Duration.ofSeconds(45))).isEqualTo(143);
      assertThat(demo.output().lines())
          .allMatch(line -> line.startsWith("Page") || line.startsWith("Interrupted"));
    }
  }

  @Test
  void shouldWriteNoWeightsWhenTrainingIsInterrupted() throws Exception {
    // Given a training that would take hours
    var out = folder.resolve("out.safetensors");
    var command =
        List.of("-jar", JAR.toString(), "train", "--epochs", "1000", "--out", out.toString());
    try (var training = ChildProcess.java("training", folder, Map.of(), command)) {
      await().atMost(STARTED).until(() -> training.output().contains("training dense: epoch"));

      // When it is told to stop
      assertThat(training.terminate(Duration.ofSeconds(45))).isEqualTo(143);

      // Then it says so, and there is nothing that could be taken for a trained network
      assertThat(training.output().lines().toList())
          .last()
          .isEqualTo("Interrupted; nothing was written.");
      try (var files = Files.list(folder)) {
        assertThat(files.filter(file -> file.toString().contains("safetensors"))).isEmpty();
      }
    }
  }

  private ChildProcess demo(String name, Path data) throws IOException {
    return ChildProcess.java(
        name,
        folder,
        Map.of(),
        List.of(
            "-jar",
            JAR.toString(),
            "demo",
            "--dir",
            data.toString(),
            "--http-port",
            "0",
            "--epochs",
            "1000"));
  }
}
