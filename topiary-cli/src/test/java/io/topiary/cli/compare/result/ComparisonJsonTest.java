package io.topiary.cli.compare.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonJsonTest {

  private static final RatePlan RATES =
      new RatePlan(
          "allr",
          300,
          30,
          0.2,
          Optional.of(0.5),
          Optional.of(0.1),
          List.of(new RatePlan.Rate(0, 0), new RatePlan.Rate(299, 0.001)));

  private static final Comparison COMPARISON =
      new Comparison(
          Kind.SCHEDULES,
          "compare schedules --epochs 45",
          Instant.parse("2026-01-02T03:04:05Z"),
          Map.of("--epochs", "45"),
          Map.of("Topiary", "1"),
          List.of(1L),
          List.of(
              new DenseResult(1, 0.9, 0.91, 45, RATES, List.of(0.5, 0.4), Optional.empty(), "d")),
          List.of(
              new Run(
                  "allr",
                  0.9,
                  1,
                  1,
                  Optional.of(0.88),
                  Optional.of(0.89),
                  Optional.of(0.91),
                  Optional.of(0.9),
                  Optional.of(5.5),
                  List.of(
                      new Measured(
                          64,
                          Optional.of(2.5),
                          Optional.of(2.4),
                          Optional.of(2.6),
                          Optional.empty()),
                      new Measured(
                          1,
                          Optional.empty(),
                          Optional.empty(),
                          Optional.empty(),
                          Optional.of("It drifted."))),
                  Optional.of(1000.0),
                  List.of(new Layer("fc.weight", 100, 90)),
                  List.of(0.4),
                  Optional.of(RATES),
                  Optional.of("c"),
                  Optional.empty()),
              Run.failed("lrw", 0.9, 1, 1, "It diverged, \"twice\".")));

  @TempDir private Path folder;

  @Test
  void shouldReadWhatItHasWritten() throws Exception {
    // When
    var json = ComparisonJson.write(COMPARISON);

    // Then
    assertThat(json).contains("\"schedules\"", "\"2026-01-02T03:04:05Z\"");
    assertThat(ComparisonJson.read(json)).isEqualTo(COMPARISON);
  }

  @Test
  void shouldWriteALineForEveryNetworkWithEmptyCellsForWhatIsAbsent() {
    // When
    var lines = ComparisonCsv.write(COMPARISON).lines().toList();

    // Then
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).startsWith("name,sparsity,retrainEpochs,seed,validationAccuracy");
    assertThat(lines.get(1)).startsWith("dense,0.0,0.0,1,0.9,0.91,,,").endsWith(",0.4,d,");
    assertThat(lines.get(2))
        .startsWith("allr,0.9,1.0,1,0.88,0.89,0.91,0.9,5.5,,,,2.5,2.4,2.6,1000.0,allr,0.2,0.5,0.1");
    assertThat(lines.get(3))
        .startsWith("lrw,0.9,1.0,1,,,")
        .endsWith("\"It diverged, \"\"twice\"\".\"");
  }

  @Test
  void shouldReplaceBothFilesAndLeaveNothingBeside() throws Exception {
    // Given files of an earlier state
    var files = new ResultFiles(folder);
    files.write(COMPARISON);

    // When
    files.write(COMPARISON);

    // Then
    assertThat(ComparisonJson.read(Files.readString(files.json()))).isEqualTo(COMPARISON);
    try (var all = Files.list(folder)) {
      assertThat(all).containsExactlyInAnyOrder(files.json(), files.csv());
    }
  }
}
