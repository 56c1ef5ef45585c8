package io.topiary.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanCommandTest {

  @TempDir private Path folder;

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "bimp.txt     | --method bimp --epochs 20 --dense-epochs 8 --phases 3 --sparsity 0.9",
        "imp.txt      | --method imp --total-retrain-epochs 7 --sparsity 0.5,0.9",
        "lrw-step.txt | --schedule lrw --dense-schedule step --sparsity 0.9 --retrain-epochs 5",
        "slr-1cycle.txt | --schedule slr --dense-schedule 1-cycle --sparsity 0.9 --retrain-epochs 5",
        "clr-cosine.txt | --schedule clr --dense-schedule cosine --warm-up 0.1 --sparsity 0.9"
            + " --retrain-epochs 5",
        "renda.txt    | --method imp-renda --sparsity 0.7,0.75 --images 60 --retrain-epochs 1",
        "images.txt   | --network resnet50 --images 1281167 --batch-size 256 --epochs 90"
            + " --retrain-epochs 10 --selector 2:4",
      })
  void shouldShowThePlanBeforeAnythingRuns(String golden, String options) throws IOException {
    // When
    var run = CommandLineRun.of(("plan --ascii " + options).split(" "));

    // Then
    assertThat(run.status()).as(String.join("\n", run.err())).isZero();
    assertThat(String.join("\n", run.out())).isEqualTo(String.join("\n", lines(golden)));
    assertThat(run.err()).isEmpty();
  }

  @Test
  void shouldPlanForANetworkOfOnesOwn() throws IOException {
    // Given
    var file = folder.resolve("tiny.json");
    Files.writeString(
        file,
        """
        {"name": "tiny", "input": [1, 28, 28], "nodes": [
          {"name": "flatten", "operator": "Flatten", "inputs": ["input"]},
          {"name": "fc", "operator": "Gemm", "inputs": ["flatten"], "outFeatures": 10, "bias": true}
        ]}
        """);

    // When
    var run = CommandLineRun.of("plan", "--network", file.toString(), "--sparsity", "0.9");
    var unseen = CommandLineRun.of("plan", "--network", file.toString(), "--images", "640");

    // Then
    assertThat(run.out())
        .contains(
            "tiny on fashion-mnist-sample: 5,400 images in batches of 64, 85 iterations per epoch");
    assertThat(unseen.out()).contains("tiny: 640 images in batches of 64, 10 iterations per epoch");
  }

  private static List<String> lines(String golden) throws IOException {
    try (var file =
        Objects.requireNonNull(PlanCommandTest.class.getResourceAsStream("plan/" + golden))) {
      return new String(file.readAllBytes(), UTF_8).lines().toList();
    }
  }
}
