package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.topiary.engine.DenseInference.Form;
import io.topiary.engine.random.RandomStream;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import java.nio.FloatBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DenseInferenceTest {
  private static final double RELATIVE = 1e-5;
  private static final int SEED = 11;

  @ParameterizedTest
  @CsvSource({
    "mlp, 14, 3",
    "lenet5, 28, 2",
    "small-cnn, 15, 1",
    "resnet8, 28, 5",
    "resnet20, 14, 2",
    "resnet32, 8, 1",
    "resnet56, 8, 1",
    "resnet18-cifar, 16, 1",
    "resnet18, 32, 1",
    "resnet50, 32, 2",
    "wrn-28-10, 8, 1",
    "vgg16-bn-cifar, 32, 2",
    "vgg16-bn, 224, 1",
  })
  void shouldScoreImagesAsTheUnfoldedNetworkDoes(String name, int side, int count) {
    // Given a network whose BatchNorm is anything but the identity
    Network network =
        BuiltInNetworks.network(name, 4, io.topiary.sparsity.network.Shape.of(3, side, side), 10);
    Weights weights = unsettled(network);
    float[] images = images(network, count);

    // When, Then
    float[] expected = scores(weights, images, count);
    for (Form form : Form.values()) {
      assertClose(form.toString(), predict(weights, images, form), expected);
    }
  }

  @Test
  void shouldYieldTheSameInEveryPassOfTheFastestForm() {
    // Given
    Network network = network();
    Weights weights = unsettled(network);
    float[] images = images(network, 2);

    // When, Then
    try (DenseInference dense = DenseInference.fastest(weights, images, 1)) {
      float[] first = dense.predict();
      assertThat(dense.predict()).isEqualTo(first);
      assertClose(dense.form(), first, scores(weights, images, 2));
    }
  }

  @Test
  void shouldTakeNoNormalisationIntoALayerThatOthersRead() {
    // Given a wide ResNet, whose blocks begin with a normalisation of what the shortcut reads too
    Network network =
        BuiltInNetworks.network("wrn-28-10", 1, io.topiary.sparsity.network.Shape.of(3, 8, 8), 10);

    // When
    Network folded = BatchNormFolding.fold(Weights.initial(network, SEED)).network();

    // Then
    long before = normalisations(network);
    assertThat(normalisations(folded)).isPositive().isLessThan(before);
    assertThat(normalisations(BatchNormFolding.fold(unsettled(network())).network())).isZero();
  }

  @Test
  void shouldRefuseWhatIsNoBatchOfTheNetwork() {
    Weights weights = Weights.initial(network(), SEED);

    assertThatThrownBy(() -> DenseInference.fastest(weights, new float[0], 1))
        .isInstanceOf(EngineInputException.class)
        .hasMessage(
            "A batch has 0 values; it must have 784 for each image of network 'resnet8', of which it needs one at least.");
    assertThatThrownBy(() -> DenseInference.fastest(weights, new float[785], 1))
        .isInstanceOf(EngineInputException.class);
    assertThatThrownBy(() -> DenseInference.fastest(weights, new float[784], 0))
        .isInstanceOf(EngineInputException.class);
  }

  private static Network network() {
    return BuiltInNetworks.network(
        "resnet8", 4, io.topiary.sparsity.network.Shape.of(1, 28, 28), 10);
  }

  private static long normalisations(Network network) {
    return network.parameters().stream()
        .filter(parameter -> parameter.role() == Parameter.Role.RUNNING_MEAN)
        .count();
  }

  private static float[] predict(Weights weights, float[] images, Form form) {
    try (DenseInference dense = DenseInference.of(weights, images, 1, form)) {
      return dense.predict();
    }
  }

  /** What the network answers in evaluation. */
  private static float[] scores(Weights weights, float[] images, int count) {
    io.topiary.sparsity.network.Shape input = weights.network().input();
    try (TorchSession session = TorchSession.withoutGradients(Computing.DEFAULT)) {
      TorchNetwork network = new TorchNetwork(session, weights);
      Shape shape = new Shape(count, input.dimension(0), input.dimension(1), input.dimension(2));
      PtNDArray batch = session.manager().create(FloatBuffer.wrap(images), shape, DataType.FLOAT32);
      float[] scores = new float[count * weights.network().classes()];
      network.values(network.forward(batch, false)).get(scores);
      return scores;
    }
  }

  private static void assertClose(String form, float[] actual, float[] expected) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
    }
    assertThat(actual).hasSameSizeAs(expected);
    assertThat(difference).as("%s, seed %d", form, SEED).isLessThan(RELATIVE * largest);
  }

  private static float[] images(Network network, int count) {
    RandomStream random = RandomStream.of(SEED, 1);
    float[] images = new float[count * Math.toIntExact(network.input().elements())];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) (2 * random.nextDouble() - 1);
    }
    return images;
  }

  /** As initialised, with normalisations that shift and scale. */
  private static Weights unsettled(Network network) {
    Weights initial = Weights.initial(network, SEED);
    RandomStream random = RandomStream.of(SEED, 2);
    Map<Parameter.Role, Double> lowest =
        Map.of(
            Parameter.Role.NORM_WEIGHT, 0.5,
            Parameter.Role.RUNNING_VAR, 0.5,
            Parameter.Role.NORM_BIAS, -0.5,
            Parameter.Role.RUNNING_MEAN, -0.5);
    return Weights.copyOf(
        network,
        parameter -> {
          Double low = lowest.get(parameter.role());
          if (low == null) {
            return initial.values(parameter);
          }
          float[] values = new float[ParameterValues.size(parameter)];
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) (low + random.nextDouble());
          }
          return FloatBuffer.wrap(values);
        });
  }
}
