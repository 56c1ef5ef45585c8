package io.topiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.Weights;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.SafetensorsWriter;
import io.topiary.sparsity.safetensors.Tensor;
import io.topiary.sparsity.selection.GlobalMagnitude;
import io.topiary.sparsity.selection.PrunableTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Export of real files: an MLP of 8 hidden units, 6,352 prunable weights, pruned to 90%. */
class ExportCommandTest {

  private static final long SEED = 3;
  private static final Network MLP = BuiltInNetworks.network("mlp", 8, Shape.of(1, 28, 28), 10);

  @TempDir private Path folder;
  private Weights dense;
  private Mask mask;

  @BeforeEach
  void writeCheckpoints() throws IOException {
    dense = Weights.initial(MLP, SEED);
    var tensors =
        MLP.prunable().stream()
            .map(
                p ->
                    new PrunableTensor(
                        p.name(), dense.values(p), Mask.allAlive(MLP.prunable()).tensor(p.name())))
            .toList();
    mask = new GlobalMagnitude().select(tensors, 0.9).mask();
    mask.write(folder.resolve("mask"));
    dense.write(folder.resolve("dense"), Map.of());
    dense.masked(mask).write(folder.resolve("pruned"), Map.of("by", "a test"));
  }

  @Test
  void shouldGoToTheSparseFormAndBack() throws IOException {
    // When
    var there = export("pruned", "sparse-safetensors", "--out", file("sparse"));
    var back = export("sparse", "safetensors", "--out", file("back"));

    // Then
    assertThat(there.status()).as(String.join("\n", there.err())).isZero();
    assertThat(back.status()).as(String.join("\n", back.err())).isZero();
    assertThat(CheckpointFile.open(folder.resolve("sparse")).compressed())
        .containsExactly("fc1.weight");
    assertThat(folder.resolve("back")).hasSameBinaryContentAs(folder.resolve("pruned"));
    assertThat(there.out())
        .startsWith(
            "Network mlp: 6,370 parameters, 6,352 of them prunable",
            "Zeros: 5,717 of the prunable weights, 90.00%")
        .endsWith("Checkpoint: " + file("sparse") + ", sparse-safetensors");
    assertThat(there.out())
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("  safetensors")
                    .contains("%,d".formatted(Files.size(folder.resolve("pruned"))))
                    .contains("100.0%"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("sparse-safetensors")
                    .contains("%,d".formatted(Files.size(folder.resolve("sparse")))));
    assertThat(back.out().subList(0, 6)).isEqualTo(there.out().subList(0, 6));
  }

  @Test
  void shouldApplyAMask() throws IOException {
    // When
    var run =
        export("dense", "sparse-safetensors", "--mask", file("mask"), "--out", file("sparse"));

    // Then
    assertThat(run.status()).as(String.join("\n", run.err())).isZero();
    var written = Weights.read(MLP, folder.resolve("sparse"));
    var masked = dense.masked(mask);
    MLP.parameters().forEach(p -> assertThat(written.values(p)).isEqualTo(masked.values(p)));
  }

  @Test
  void shouldTakeTheNetworkFromWhoeverKnowsIt() throws IOException {
    // Given what PyTorch might have written
    var tensors =
        MLP.parameters().stream()
            .map(p -> Tensor.floats(p.name(), p.shape(), dense.values(p)))
            .toList();
    SafetensorsWriter.write(folder.resolve("theirs"), Map.of("format", "pt"), tensors);

    // When
    var without = export("theirs", "safetensors", "--out", file("out"));
    var with =
        export("theirs", "safetensors", "--network", "mlp", "--width", "8", "--out", file("out"));

    // Then
    assertThat(without.status()).isEqualTo(2);
    assertThat(without.err())
        .containsExactly(
            file("theirs")
                + " does not say what network its weights are of; --network should say it.");
    assertThat(with.status()).as(String.join("\n", with.err())).isZero();
    assertThat(CheckpointFile.network(folder.resolve("out"))).isEqualTo(MLP);
  }

  @Test
  void shouldRefuseBadInputWithASentence() throws IOException {
    // Given
    var other = BuiltInNetworks.network("mlp", 2, Shape.of(1, 28, 28), 10);
    Mask.allAlive(other.prunable()).write(folder.resolve("other-mask"));
    var torn = Files.readAllBytes(folder.resolve("pruned"));
    Files.write(folder.resolve("torn"), Arrays.copyOf(torn, torn.length - 1));

    // When, Then
    refused("'onnx', but it should be safetensors or sparse-safetensors", "pruned", "onnx");
    refused("there is no such file", "absent", "safetensors");
    refused("torn is no valid safetensors file", "torn", "safetensors");
    refused("pruned is no mask", "pruned", "safetensors", "--mask", file("pruned"));
    refused("it must be [8, 784]", "pruned", "safetensors", "--mask", file("other-mask"));
    refused("'conv1.weight'", "pruned", "safetensors", "--network", "resnet8");
    refused("--network is missing", "pruned", "safetensors", "--width", "8");
    var over = export("pruned", "safetensors", "--out", file("dense"));
    assertThat(over.status()).isEqualTo(2);
    assertThat(over.err()).singleElement().asString().contains("which exists");
    var nothing = CommandLineRun.of("export", "--format", "safetensors", "--out", file("out"));
    assertThat(nothing.status()).isEqualTo(2);
    assertThat(nothing.err().get(0)).contains("CHECKPOINT");
  }

  private void refused(String why, String checkpoint, String form, String... options) {
    var all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--out", file("out")));
    var run = export(checkpoint, form, all.toArray(new String[0]));
    assertThat(run.err()).singleElement().asString().contains(why);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private CommandLineRun export(String checkpoint, String form, String... options) {
    var command = new ArrayList<>(List.of("export", file(checkpoint), "--format", form));
    command.addAll(List.of(options));
    return CommandLineRun.of(command.toArray(new String[0]));
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }
}
