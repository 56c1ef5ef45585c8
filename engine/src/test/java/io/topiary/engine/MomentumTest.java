package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.engine.random.RandomStream;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.mask.MaskException;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.SafetensorsException;
import io.topiary.sparsity.safetensors.SafetensorsFile;
import io.topiary.sparsity.safetensors.SafetensorsWriter;
import io.topiary.sparsity.safetensors.Tensor;
import io.topiary.sparsity.safetensors.TensorInfo;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MomentumTest {
  private static final Network NETWORK =
      BuiltInNetworks.network("small-cnn", 4, Shape.of(1, 12, 12), 5);
  private static final Momentum MOMENTUM = random();

  @TempDir private Path folder;

  private Path file;

  @BeforeEach
  void choosePath() {
    file = folder.resolve("momentum.safetensors");
  }

  @Test
  void shouldComeBackFromAFileBitForBit() throws IOException {
    // When
    MOMENTUM.write(file);
    Momentum read = Momentum.read(NETWORK, file);

    // Then
    for (Parameter parameter : NETWORK.trainable()) {
      assertThat(floats(read, parameter)).isEqualTo(floats(MOMENTUM, parameter));
    }
  }

  @Test
  void shouldHoldTrainableParametersOnlyAndMakeTheSameBytesOfTheSame() throws IOException {
    // Given
    Path again = folder.resolve("again.safetensors");

    // When
    MOMENTUM.write(file);
    Momentum.read(NETWORK, file).write(again);

    // Then
    assertThat(SafetensorsFile.open(file).tensors())
        .extracting(TensorInfo::name)
        .containsExactlyElementsOf(NETWORK.trainable().stream().map(Parameter::name).toList())
        .doesNotContain("bn1.running_mean", "bn1.running_var");
    assertThat(Files.readAllBytes(again)).isEqualTo(Files.readAllBytes(file));
  }

  @Test
  void shouldRefuseAFileThatIsNoMomentumOfTheNetwork() throws IOException {
    assertRefused(
        Tensor.floats("fc.bias", Shape.of(4), FloatBuffer.allocate(4)),
        "Tensor 'fc.bias' in %s has shape [4]; it must be [5].");
    assertRefused(
        Tensor.longs("fc.bias", Shape.of(5), LongBuffer.allocate(5)),
        "Tensor 'fc.bias' in %s is of type I64; it must be F32.");
    assertRefused(
        Tensor.floats("bn1.running_mean", Shape.of(4), FloatBuffer.allocate(4)),
        "Tensor 'bn1.running_mean' in %s is the momentum of no trainable parameter of network 'small-cnn'.");
  }

  @Test
  void shouldRefuseAFileThatLacksAParameter() throws IOException {
    // Given
    Map<String, Tensor> tensors = tensors();
    tensors.remove("fc.bias");

    // When, Then
    assertRefused(tensors, "There is no tensor 'fc.bias' in %s.");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY})
  void shouldRefuseWhatIsNoFiniteNumber(float bad) throws IOException {
    assertRefused(
        Tensor.floats("fc.bias", Shape.of(5), FloatBuffer.allocate(5).put(2, bad)),
        "Tensor 'fc.bias' in %s holds values that are no finite numbers.");
  }

  @Test
  void shouldRefuseAFileThatWasCutShort() throws IOException {
    // Given
    MOMENTUM.write(file);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 4));

    // When, Then
    assertThatThrownBy(() -> Momentum.read(NETWORK, file))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("is no valid safetensors file");
  }

  @Test
  void shouldBeZeroWhereAWeightIsPrunedAndStayElsewhere() {
    // When
    Momentum masked = MOMENTUM.masked(everySecond(NETWORK));

    // Then
    for (Parameter parameter : NETWORK.trainable()) {
      float[] before = floats(MOMENTUM, parameter);
      float[] after = floats(masked, parameter);
      for (int i = 0; i < before.length; i++) {
        boolean pruned = parameter.role().prunable() && i % 2 == 1;
        assertThat(after[i]).isEqualTo(pruned ? 0f : before[i]);
      }
    }
  }

  @Test
  void shouldRefuseAMaskOfAnotherNetwork() {
    Network wider = BuiltInNetworks.network("small-cnn", 8, Shape.of(1, 12, 12), 5);

    assertThatThrownBy(() -> MOMENTUM.masked(everySecond(wider))).isInstanceOf(MaskException.class);
  }

  /** With the tensor in place of the momentum's own, or beside it. */
  private void assertRefused(Tensor tensor, String sentence) throws IOException {
    Map<String, Tensor> tensors = tensors();
    tensors.put(tensor.name(), tensor);
    assertRefused(tensors, sentence);
  }

  private void assertRefused(Map<String, Tensor> tensors, String sentence) throws IOException {
    SafetensorsWriter.write(file, Map.of(), List.copyOf(tensors.values()));
    assertThatThrownBy(() -> Momentum.read(NETWORK, file))
        .isInstanceOf(SafetensorsException.class)
        .hasMessage(sentence, file);
  }

  private static Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : NETWORK.trainable()) {
      tensors.put(
          parameter.name(),
          Tensor.floats(parameter.name(), parameter.shape(), MOMENTUM.values(parameter)));
    }
    return tensors;
  }

  private static Momentum random() {
    RandomStream random = RandomStream.of(3);
    return Momentum.copyOf(
        NETWORK,
        parameter -> {
          FloatBuffer floats = FloatBuffer.allocate(Math.toIntExact(parameter.shape().elements()));
          for (int i = 0; i < floats.capacity(); i++) {
            floats.put(i, (float) (random.nextDouble() - 0.5));
          }
          return floats;
        });
  }

  private static Mask everySecond(Network network) {
    Map<String, BitMask> masks = new LinkedHashMap<>();
    for (Parameter parameter : network.prunable()) {
      BitSet alive = new BitSet();
      for (int i = 0; i < parameter.shape().elements(); i += 2) {
        alive.set(i);
      }
      masks.put(parameter.name(), BitMask.of(parameter.shape(), alive));
    }
    return new Mask(masks);
  }

  private static float[] floats(Momentum momentum, Parameter parameter) {
    float[] floats = new float[Math.toIntExact(parameter.shape().elements())];
    momentum.values(parameter).get(floats);
    return floats;
  }
}
