package io.topiary.cli;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.topiary.cli.compare.result.ComparisonJson;
import io.topiary.cli.compare.result.DenseResult;
import io.topiary.cli.compare.result.Run;
import io.topiary.cli.pipeline.Pipeline;
import io.topiary.cli.pipeline.PipelineFolder;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.config.WorkerSettings;
import io.topiary.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
@Tag("process")
class CompareIT {

  private static final List<String> METHODS =
      List.of(
          ("compare methods --network mlp --width 8 --batch-size 256 --epochs 3 --dense-epochs 1"
                  + " --phases 2 --sparsity 0.9 --methods bimp,gmp,dst --seeds 2 --http-port 0"
                  + " --quiet --output json --dir")
              .split(" "));

  @TempDir private Path folder;

  @Test
  void shouldGoOnWhereItWasInterrupted() throws Exception {
    // Given a comparison in a process of its own that is interrupted with some networks done
    var runs = folder.resolve("runs.json");
    var process = start();
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> Files.exists(runs) && Files.readString(runs).contains("\"checkpointId\""));
    process.destroy();
    assertThat(process.waitFor(1, MINUTES)).isTrue();
    var before = ComparisonJson.read(Files.readString(runs));

    // When the same command runs again
    var second = CommandLineRun.of(arguments());

    // Then what was done is as it was, and the rest is there too
    assertThat(second.status()).as(String.join("\n", second.err())).isZero();
    var after = ComparisonJson.read(String.join("\n", second.out()));
    assertThat(after).isEqualTo(ComparisonJson.read(Files.readString(runs)));
    assertThat(after.startedAt()).isEqualTo(before.startedAt());
    assertThat(after.dense()).hasSize(2).containsAll(before.dense());
    assertThat(after.runs()).hasSize(3 * 2).containsAll(before.runs());
    assertThat(after.runs()).extracting(Run::failure).allMatch(Optional::isEmpty);
    assertThat(after.runs())
        .allMatch(run -> run.achievedSparsity().orElseThrow() >= 0.8999)
        .allMatch(run -> run.imagesPerSecond().isPresent() && !run.layers().isEmpty());
    assertThat(after.dense()).extracting(DenseResult::epochs).containsOnly(1.0);

    // And a third run has nothing left to do
    var third = CommandLineRun.of(arguments());
    assertThat(third.out()).isEqualTo(second.out());

    // And another command is refused
    var other = arguments();
    other[List.of(other).indexOf("--batch-size") + 1] = "128";
    var refused = CommandLineRun.of(other);
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).singleElement().asString().contains("--batch-size was 256");
  }

  /** The services run elsewhere: in this process, but the command does not know that. */
  @Test
  void shouldCompareSchedulesOnAClusterAndSayWhatItFound() throws Exception {
    // Given a pipeline
    CommandLineRun run;
    try (var telemetry = Telemetry.start("127.0.0.1", 0);
        var cluster = PipelineFolder.take(folder.resolve("cluster"));
        var pipeline =
            Pipeline.start(
                cluster,
                FileArtifactStore.open(cluster.artifacts()),
                Map.of(WorkerSettings.NAME.name(), "elsewhere"),
                telemetry,
                Clock.systemUTC())) {

      // When
      run =
          CommandLineRun.of(
              ("compare schedules --network mlp --width 8 --batch-size 256 --epochs 2 --retrain 1/4"
                      + " --sparsity 0.9 --schedules lrw,allr --seeds 2 --quiet --dir "
                      + folder.resolve("comparison")
                      + " --bootstrap-servers "
                      + pipeline.kafka().bootstrapServers())
                  .split(" "));
    }

    // Then
    assertThat(run.status()).as(String.join("\n", run.err())).isZero();
    assertThat(run.out()).anyMatch(line -> line.startsWith("Dense networks: "));
    assertThat(run.out()).anyMatch(line -> line.matches(" +ALLR +[0-9.]+ ±[0-9.]+ (\\*\\*|\\* )"));
    assertThat(run.out()).anyMatch(line -> line.startsWith("  0.5 epochs: ALLR "));
    assertThat(Files.readAllLines(folder.resolve("comparison/runs.csv"))).hasSize(1 + 2 + 4);
    var comparison = ComparisonJson.read(Files.readString(folder.resolve("comparison/runs.json")));
    assertThat(comparison.runs())
        .filteredOn(one -> one.name().equals("allr"))
        .allMatch(one -> one.rates().orElseThrow().d1().isPresent());
  }

  private Process start() throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                TopiaryMain.class.getName()));
    command.addAll(List.of(arguments()));
    var builder = new ProcessBuilder(command);
    builder.environment().put("OPT_OUT_TRACKING", "true");
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private String[] arguments() {
    var arguments = new ArrayList<>(METHODS);
    arguments.add(folder.toString());
    return arguments.toArray(String[]::new);
  }
}
