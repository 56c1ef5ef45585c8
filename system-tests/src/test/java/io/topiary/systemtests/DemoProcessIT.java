package io.topiary.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process that is interrupted, and the next one in the same folder. */
@Tag("process")
class DemoProcessIT {

  private static final Duration STARTED = Duration.ofSeconds(90);
  private static final Pattern KEPT =
      Pattern.compile("The page stays at (http:\\S+/) until Ctrl-C\\.");
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
  void shouldKeepThePageAfterTheTableUntilItIsStopped() throws Exception {
    // Given a small demo that is to let its page stand
    var options = "--keep --network mlp --width 8 --epochs 0.1 --retrain-epochs 0.1 --sparsity 0.9";
    try (var demo = demo("kept", folder.resolve("data"), options.split(" "))) {

      // When it has printed its table
      await().atMost(STARTED).until(() -> KEPT.matcher(demo.output()).find());

      // Then the page answers, and knows the networks of the table
      var page = KEPT.matcher(demo.output());
      assertThat(page.find()).isTrue();
      assertThat(get(page.group(1))).contains("<title>Topiary</title>");
      assertThat(get(page.group(1) + "frontier")).contains("\"dense\"", "\"one-shot\"");

      // And it goes in order, with no more to say, and what was logged lies in the log alone
      assertThat(demo.terminate(Duration.ofSeconds(45))).isEqualTo(143);
      assertThat(demo.output().strip()).endsWith(page.group());
      assertThat(demo.output()).doesNotContain("io.topiary");
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
    return demo(name, data, "--epochs", "1000");
  }

  private ChildProcess demo(String name, Path data, String... more) throws IOException {
    var command = new ArrayList<>(List.of("-jar", JAR.toString(), "demo", "--http-port", "0"));
    command.addAll(List.of("--dir", data.toString()));
    command.addAll(List.of(more));
    return ChildProcess.java(name, folder, Map.of(), command);
  }

  private static String get(String address) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(address)).timeout(STARTED).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }
}
