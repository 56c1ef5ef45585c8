package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.mask.MaskException;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.SafetensorsException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsTest {
  private static final Network NETWORK =
      BuiltInNetworks.network("small-cnn", 4, Shape.of(1, 12, 12), 5);

  @TempDir private Path folder;

  @Test
  void shouldInitialiseWeightsAndBiasesAsPyTorchDoes() {
    // Given
    Network mlp = BuiltInNetworks.network("mlp", 300, Shape.of(1, 28, 28), 10);

    // When
    Weights weights = Weights.initial(mlp, 1);

    // Then: bounds 1/sqrt(784) and 1/sqrt(300)
    assertUniform(weights, "fc1.weight", 1 / 28.0);
    assertUniform(weights, "fc1.bias", 1 / 28.0);
    assertUniform(weights, "fc2.weight", 1 / Math.sqrt(300));
  }

  @Test
  void shouldInitialiseConvolutionsByFanIn() {
    assertUniform(Weights.initial(NETWORK, 1), "conv3.weight", 1 / Math.sqrt(8 * 9));
  }

  @Test
  void shouldInitialiseBatchNormToPassValuesOn() {
    // When
    Weights weights = Weights.initial(NETWORK, 1);

    // Then
    assertThat(floats(weights, "bn1.weight")).containsOnly(1);
    assertThat(floats(weights, "bn1.bias")).containsOnly(0);
    assertThat(floats(weights, "bn1.running_mean")).containsOnly(0);
    assertThat(floats(weights, "bn1.running_var")).containsOnly(1);
  }

  @Test
  void shouldInitialiseAlikeForOneSeedOnly() {
    // Given
    float[] weights = floats(Weights.initial(NETWORK, 1), "fc.weight");

    // When, Then
    assertThat(floats(Weights.initial(NETWORK, 1), "fc.weight")).isEqualTo(weights);
    assertThat(floats(Weights.initial(NETWORK, 2), "fc.weight")).isNotEqualTo(weights);
  }

  @Test
  void shouldComeBackFromAFileBitForBit() throws IOException {
    // Given
    Weights weights = Weights.initial(NETWORK, 7);
    Path file = folder.resolve("weights.safetensors");

    // When
    weights.write(file, Map.of("network", "small-cnn"));
    Weights read = Weights.read(NETWORK, file);

    // Then
    for (Parameter parameter : NETWORK.parameters()) {
      assertThat(floats(read, parameter.name())).isEqualTo(floats(weights, parameter.name()));
    }
  }

  @Test
  void shouldRefuseNaN() throws IOException {
    // Given
    Path file = folder.resolve("weights.safetensors");
    CheckpointFile.write(
        file,
        NETWORK,
        Map.of(),
        parameter -> {
          FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(parameter.shape().elements()));
          return parameter.name().equals("fc.bias") ? values.put(2, Float.NaN) : values;
        });

    // When, Then
    assertThatThrownBy(() -> Weights.read(NETWORK, file))
        .isInstanceOf(SafetensorsException.class)
        .hasMessage("Tensor 'fc.bias' in %s holds values that are no finite numbers.", file);
  }

  @Test
  void shouldRefuseANegativeRunningVariance() throws IOException {
    // Given
    var network =
        new Network(
            "normalised",
            Shape.of(2),
            List.of(new Node("bn", BatchNormalization.withDefaults(), List.of(Network.INPUT))));
    Path file = folder.resolve("weights.safetensors");
    CheckpointFile.write(
        file,
        network,
        Map.of(),
        parameter -> {
          FloatBuffer values = FloatBuffer.allocate(2);
          return parameter.name().equals("bn.running_var") ? values.put(1, -1f) : values;
        });

    // When, Then
    assertThatThrownBy(() -> Weights.read(network, file))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("'bn.running_var'")
        .hasMessageContaining("must be at least 0");
  }

  @Test
  void shouldSetPrunedWeightsToZeroAndLeaveTheRest() {
    // Given
    Weights weights = Weights.initial(NETWORK, 7);
    Mask mask = everySecond();

    // When
    Weights masked = weights.masked(mask);

    // Then
    float[] before = floats(weights, "fc.weight");
    float[] after = floats(masked, "fc.weight");
    for (int i = 0; i < before.length; i++) {
      assertThat(after[i]).isEqualTo(i % 2 == 0 ? before[i] : 0f);
    }
    assertThat(floats(masked, "fc.bias")).isEqualTo(floats(weights, "fc.bias"));
  }

  @Test
  void shouldRefuseAMaskOfAnotherNetwork() {
    // Given
    Network wider = BuiltInNetworks.network("small-cnn", 8, Shape.of(1, 12, 12), 5);

    // When, Then
    assertThatThrownBy(() -> Weights.initial(wider, 0).masked(everySecond()))
        .isInstanceOf(MaskException.class);
  }

  private static Mask everySecond() {
    Map<String, BitMask> masks = new LinkedHashMap<>();
    for (Parameter parameter : NETWORK.prunable()) {
      BitSet alive = new BitSet();
      for (int i = 0; i < parameter.shape().elements(); i += 2) {
        alive.set(i);
      }
      masks.put(parameter.name(), BitMask.of(parameter.shape(), alive));
    }
    return new Mask(masks);
  }

  private static void assertUniform(Weights weights, String name, double bound) {
    float[] floats = floats(weights, name);
    double sum = 0;
    double squares = 0;
    for (float value : floats) {
      assertThat((double) value).isBetween(-bound, bound);
      sum += value;
      squares += (double) value * value;
    }
    // Mean 0 and variance bound^2 / 3, each within five standard deviations of its estimate.
    double n = floats.length;
    assertThat(sum / n).isCloseTo(0, within(5 * bound / Math.sqrt(3 * n)));
    assertThat(squares / n)
        .isCloseTo(bound * bound / 3, within(5 * bound * bound * Math.sqrt(4 / (45 * n))));
  }

  private static float[] floats(Weights weights, String name) {
    Parameter parameter =
        weights.network().parameters().stream()
            .filter(p -> p.name().equals(name))
            .findFirst()
            .orElseThrow();
    float[] floats = new float[Math.toIntExact(parameter.shape().elements())];
    weights.values(parameter).get(floats);
    return floats;
  }
}
