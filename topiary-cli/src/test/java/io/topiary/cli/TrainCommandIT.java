package io.topiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.cli.text.Figures;
import io.topiary.engine.Weights;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From nothing to a retrained sparse network with files alone, on real images. */
@Tag("process")
class TrainCommandIT {

  @TempDir private Path folder;

  @Test
  void shouldTrainPruneAndRetrainWithFilesAlone() throws Exception {
    // Given a trained network, the same one from the same seed
    var dense = file("dense");
    var trained = run("train", "--epochs", "1", "--out", dense);
    var again = run("train", "--epochs", "1", "--out", file("again"));
    assertThat(trained.out().get(0))
        .isEqualTo(again.out().get(0))
        .matches("Accuracy on 2,000 test images: [0-9.]+ ±[0-9.]+ %");
    assertThat(trained.out().get(1)).isEqualTo("Sparsity: 0.00% of the prunable weights");
    assertThat(trained.out().get(2))
        .matches(
            "Throughput: [0-9,]+ img/s without loading images, [0-9,]+ img/s by the clock, on cpu"
                + " with 1 thread");

    // When it is pruned and retrained
    run(
        "prune",
        "--checkpoint",
        dense,
        "--sparsity",
        "0.8",
        "--out",
        file("sparse"),
        "--mask-out",
        file("mask"));
    var retrained =
        run(
            "train",
            "--checkpoint",
            file("sparse"),
            "--mask",
            file("mask"),
            "--epochs",
            "0.5",
            "--threads",
            "2",
            "--out",
            file("retrained"));

    assertThat(retrained.out().get(1)).isEqualTo("Sparsity: 80.00% of the prunable weights");
    assertThat(retrained.out().get(2)).endsWith("on cpu with 2 threads");

    // Then it is as sparse as it was, and the network learned more than to guess
    var mlp = BuiltInNetworks.network("mlp", 16, Shape.of(1, 28, 28), 10);
    var weights = Weights.read(mlp, Path.of(file("retrained")));
    var zeros = 0L;
    for (var weight : mlp.prunable()) {
      var values = weights.values(weight);
      while (values.hasRemaining()) {
        zeros += values.get() == 0 ? 1 : 0;
      }
    }
    assertThat(zeros).isEqualTo((long) Math.rint(0.8 * (784 * 16 + 16 * 10)));
    var accuracy = retrained.out().get(0).split(" ", -1)[5];
    assertThat(Double.parseDouble(accuracy)).isGreaterThan(50);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gmp",
        "gmp-recovery",
        "gsm",
        "dpf --ramp-period 2",
        "dnw",
        "lc",
        "str --initial-threshold -5",
        "dst --alpha 1e-5"
      })
  void shouldMakeANetworkSparseWhileItIsTrained(String method) throws IOException {
    // When
    var run =
        run(
            "train",
            ("--method "
                    + method
                    + " --sparsity 0.7 --epochs 5 --augment crop --out "
                    + file("sparse"))
                .split(" "));
    var again = Path.of(file("mask"));
    var options =
        "--method " + method + " --sparsity 0.7 --epochs 5 --augment crop --mask-out " + again;
    var masked = run("train", (options + " --out " + file("again")).split(" "));

    // Then it is at least as sparse as it was to be, says so, and the mask is that of its zeros
    var mlp = BuiltInNetworks.network("mlp", 16, Shape.of(1, 28, 28), 10);
    var weights = Weights.read(mlp, Path.of(file("sparse")));
    var mask = Mask.read(again);
    assertThat(mask.sparsity()).isBetween(0.69999, method.startsWith("str") ? 1 : 0.701);
    assertThat(weights.sparsity()).isEqualTo(mask.sparsity());
    assertThat(weights.masked(mask).sparsity()).isEqualTo(mask.sparsity());
    assertThat(run.out().get(1))
        .startsWith(
            Figures.format(
                "Sparsity: %s of the prunable weights", Figures.percent(mask.sparsity())));
    assertThat(masked.out()).contains("Mask: " + again).containsAll(run.out().subList(0, 2));
    assertThat(Double.parseDouble(run.out().get(0).split(" ", -1)[5])).isGreaterThan(40);
  }

  @Test
  void shouldSearchForTheParameterOfStr() {
    // When
    var run =
        run(
            "train",
            ("--method str --sparsity 0.6 --epochs 1 --search-runs 3 --out " + file("sparse"))
                .split(" "));

    // Then
    assertThat(run.out().get(3))
        .matches("Initial threshold: [-0-9.]+, chosen from [1-3] trainings?");
    assertThat(run.out().get(4))
        .matches("Sparsity by itself: [0-9.]+% at [-0-9.]+(, [0-9.]+% at [-0-9.]+)*");
    assertThat(run.out()).last().isEqualTo("Weights: " + file("sparse"));
  }

  @Test
  void shouldSayThatASearchFoundNothing() {
    // When the one training that it may run is far from sparse enough
    var run =
        run(
            "train",
            ("--method str --sparsity 0.9 --epochs 1 --initial-threshold -20 --search --search-runs 1"
                    + " --out "
                    + file("sparse"))
                .split(" "));

    // Then
    assertThat(run.out().get(4)).isEqualTo("Sparsity by itself: 0.00% at -20");
    assertThat(run.out().get(5))
        .isEqualTo(
            "No training came within 1 point of 90% by itself; the one at -20 (0.00% by itself) was"
                + " the most accurate.");
  }

  @Test
  void shouldWarnOfANetworkThatIsAllButEmpty() {
    // When thresholds start above all weights
    var run =
        run(
            "train",
            ("--method str --sparsity 0.9 --epochs 1 --initial-threshold 10 --out "
                    + file("sparse"))
                .split(" "));

    // Then
    assertThat(run.err())
        .containsExactly(
            "The network is 100.00% sparse, where 90% was asked for; a lower --initial-threshold"
                + " leaves more weights.",
            "No weight is left in fc1.weight, fc2.weight.");
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private static CommandLineRun run(String command, String... options) {
    var arguments = new ArrayList<>(List.of(command, "--network", "mlp", "--width", "16"));
    if (command.equals("train")) {
      arguments.add("--quiet");
    }
    arguments.addAll(List.of(options));
    var run = CommandLineRun.of(arguments.toArray(String[]::new));
    assertThat(run.status()).as(String.join("\n", run.err())).isZero();
    return run;
  }
}
