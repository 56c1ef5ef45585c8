package io.topiary.sparsity.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.mask.MaskException;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.SafetensorsException;
import io.topiary.sparsity.safetensors.SafetensorsWriter;
import io.topiary.sparsity.safetensors.Tensor;
import io.topiary.sparsity.selection.GlobalMagnitude;
import io.topiary.sparsity.selection.NonFiniteWeightException;
import io.topiary.sparsity.selection.PrunableTensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFileTest {

  private static final Network NETWORK =
      BuiltInNetworks.network("resnet8", 2, Shape.of(1, 8, 8), 3);

  private final Path path;

  CheckpointFileTest(@TempDir Path folder) {
    this.path = folder.resolve("model.safetensors");
  }

  @Test
  void shouldReadBackEveryParameter() throws IOException {
    // When
    CheckpointFile.write(path, NETWORK, Map.of("epoch", "3"), parameter -> filled(parameter, 2));
    var checkpoint = CheckpointFile.open(path, NETWORK);

    // Then
    assertThat(checkpoint.metadata()).isEqualTo(Map.of("epoch", "3"));
    for (var parameter : NETWORK.parameters()) {
      assertThat(checkpoint.values(parameter)).isEqualTo(filled(parameter, 2));
    }
  }

  @Test
  void shouldOpenAFileWithoutBeingToldItsNetwork() throws IOException {
    // When
    CheckpointFile.write(path, NETWORK, Map.of("epoch", "3"), parameter -> filled(parameter, 2));

    // Then
    assertThat(CheckpointFile.network(path)).isEqualTo(NETWORK);
    assertThat(CheckpointFile.open(path).network()).isEqualTo(NETWORK);
    assertThat(CheckpointFile.open(path).compressed()).isEmpty();
  }

  @Test
  void shouldTakeTheNormOverAllThatIsTrained() throws IOException {
    // Given parameters of 2, normalisation and biases included, and running statistics of 100
    CheckpointFile.write(
        path,
        NETWORK,
        Map.of(),
        parameter -> filled(parameter, parameter.role().trainable() ? 2 : 100));
    var trainable = NETWORK.trainable().stream().mapToLong(p -> p.shape().elements()).sum();

    // Then
    assertThat(CheckpointFile.open(path, NETWORK).squaredNorm()).isEqualTo(4.0 * trainable);
  }

  @Test
  void shouldBePrunedStraightFromTheFile() throws IOException {
    // Given
    var random = new Random(1);
    CheckpointFile.write(path, NETWORK, Map.of(), parameter -> gaussians(parameter, random));
    var checkpoint = CheckpointFile.open(path, NETWORK);
    var dense = Mask.allAlive(NETWORK.prunable());

    // When
    var selection = new GlobalMagnitude().select(checkpoint.prunable(dense), 0.9);

    // Then
    assertThat(selection.mask().tensors().keySet()).isEqualTo(dense.tensors().keySet());
    assertThat(selection.removed()).isEqualTo((long) Math.rint(0.9 * dense.size()));
    assertThat(checkpoint.prunable(selection.mask()))
        .extracting(PrunableTensor::alive)
        .containsExactlyElementsOf(selection.mask().tensors().values());
    assertThat(selection.squaredNormOfRemoved()).isLessThan(checkpoint.squaredNorm());
  }

  @Test
  void shouldRefuseAMaskOfAnotherNetwork() throws IOException {
    // Given
    CheckpointFile.write(path, NETWORK, Map.of(), parameter -> filled(parameter, 1));
    var other = BuiltInNetworks.network("resnet8", 3, Shape.of(1, 8, 8), 3);

    // Then
    assertThatThrownBy(
            () -> CheckpointFile.open(path, NETWORK).prunable(Mask.allAlive(other.prunable())))
        .isInstanceOf(MaskException.class)
        .hasMessage(
            "The mask of tensor 'conv1.weight' has shape [3, 1, 3, 3]; it must be [2, 1, 3, 3].");
  }

  @Test
  void shouldRefuseTheWeightsOfAnotherNetwork() throws IOException {
    // Given
    CheckpointFile.write(path, NETWORK, Map.of(), parameter -> filled(parameter, 1));

    // Then
    var wider = BuiltInNetworks.network("resnet8", 3, Shape.of(1, 8, 8), 3);
    assertThatThrownBy(() -> CheckpointFile.open(path, wider))
        .isInstanceOf(SafetensorsException.class)
        .hasMessage(
            "Tensor 'conv1.weight' in %s has shape [2, 1, 3, 3]; it must be [3, 1, 3, 3].", path);
    var deeper = BuiltInNetworks.network("resnet20", 2, Shape.of(1, 8, 8), 3);
    assertThatThrownBy(() -> CheckpointFile.open(path, deeper))
        .hasMessage("There is no tensor 'layer1.1.conv1.weight' in %s.", path);
  }

  @Test
  void shouldRefuseTensorsTheNetworkDoesNotHaveButNotPyTorchsCounters() throws IOException {
    // Given
    var tensors = new ArrayList<Tensor>();
    for (var parameter : NETWORK.parameters()) {
      tensors.add(Tensor.floats(parameter.name(), parameter.shape(), filled(parameter, 1)));
    }
    tensors.add(Tensor.longs("bn1.num_batches_tracked", Shape.of(), LongBuffer.allocate(1)));
    SafetensorsWriter.write(path, Map.of(), tensors);
    assertThat(CheckpointFile.open(path, NETWORK).metadata()).isEmpty();

    // When
    tensors.add(Tensor.floats("fc.weight", Shape.of(1), FloatBuffer.allocate(1)));
    SafetensorsWriter.write(path, Map.of(), tensors);

    // Then
    assertThatThrownBy(() -> CheckpointFile.open(path, NETWORK))
        .hasMessage("Tensor 'fc.weight' in %s belongs to no node of network 'resnet8'.", path);
  }

  @Test
  void shouldNameTheParameterThatIsNoNumber() throws IOException {
    // Given
    CheckpointFile.write(
        path,
        NETWORK,
        Map.of(),
        parameter -> filled(parameter, parameter.name().equals("bn1.bias") ? Float.NaN : 1));

    // Then
    assertThatThrownBy(() -> CheckpointFile.open(path, NETWORK).squaredNorm())
        .isInstanceOf(NonFiniteWeightException.class)
        .hasMessageStartingWith("Weight 0 of tensor 'bn1.bias' is NaN");
  }

  private static FloatBuffer filled(Parameter parameter, float value) {
    var values = FloatBuffer.allocate((int) parameter.shape().elements());
    for (var i = 0; i < values.capacity(); i++) {
      values.put(i, value);
    }
    return values;
  }

  private static FloatBuffer gaussians(Parameter parameter, Random random) {
    var values = filled(parameter, 0);
    for (var i = 0; i < values.capacity(); i++) {
      values.put(i, (float) random.nextGaussian());
    }
    return values;
  }
}
