package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.data.Images;
import io.topiary.engine.data.RandomDataSet;
import io.topiary.engine.random.RandomStream;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Extent;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator;
import io.topiary.sparsity.network.Operator.AveragePool;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Operator.MaxPool;
import io.topiary.sparsity.network.Operator.Pad;
import io.topiary.sparsity.network.Operator.Slice;
import io.topiary.sparsity.network.Parameter.Role;
import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EvaluatorTest {
  @TempDir private Path folder;

  private ImageDataSet data;

  @BeforeEach
  void makeImages() throws IOException {
    data = RandomDataSet.write(folder, 40, 14, 4, 1);
  }

  static List<Network> networks() {
    Shape input = Shape.of(1, 14, 14);
    List<Network> networks = new ArrayList<>();
    for (String name :
        List.of(
            "mlp",
            "lenet5",
            "small-cnn",
            "resnet8",
            "resnet20",
            "resnet18-cifar",
            "resnet18",
            "resnet50",
            "wrn-28-10")) {
      networks.add(BuiltInNetworks.network(name, 4, input, 4));
    }
    operators().forEach(operator -> networks.add(around(operator)));
    return networks;
  }

  @ParameterizedTest
  @MethodSource("networks")
  void shouldAnswerAsThePlainestLoopsDo(Network network) {
    // Given: statistics and scales as training leaves them, rather than 0 and 1
    Weights weights = scattered(Weights.initial(network, 3));
    ReferenceNetwork reference = new ReferenceNetwork(weights);

    // When
    List<Integer> done = new ArrayList<>();
    Predictions predictions = Evaluator.evaluate(weights, data.test(), done::add);

    // Then
    double loss = 0;
    int correct = 0;
    for (int i = 0; i < data.test().size(); i++) {
      double[] scores = reference.scores(image(data.test(), i));
      int label = data.test().label(i);
      double sum = 0;
      for (double score : scores) {
        sum += Math.exp(score);
      }
      loss += Math.log(sum) - scores[label];
      correct += predictions.answers().get(i) == label ? 1 : 0;
      int answer = predictions.answers().get(i);
      assertThat(scores[answer])
          .isCloseTo(DoubleStream.of(scores).max().orElseThrow(), within(1e-4));
    }
    assertThat(predictions.loss()).isCloseTo(loss / 130, within(1e-4));
    assertThat(predictions.correct()).isEqualTo(correct);
    assertThat(predictions.accuracy()).isEqualTo(correct / 130.0);
    assertThat(done).containsExactly(128, 130);
  }

  @Test
  void shouldRefuseImagesThatDoNotFitTheNetwork() {
    // Given
    Network network = BuiltInNetworks.network("mlp", 4, Shape.of(1, 28, 28), 10);

    // When, Then
    assertThatThrownBy(
            () -> Evaluator.evaluate(Weights.initial(network, 0), data.test(), done -> {}))
        .isInstanceOf(EngineInputException.class)
        .hasMessage(
            "Network 'mlp' takes images [1, 28, 28] of 10 classes, but these are images [1, 14, 14]"
                + " of 4 classes.");
  }

  /** Every attribute that an operator has, with a value of its own. */
  private static List<Operator> operators() {
    Extent kernel = new Extent(3, 2);
    Extent stride = new Extent(1, 2);
    Extent padding = new Extent(1, 0);
    return List.of(
        new Conv(4, kernel, stride, padding, new Extent(2, 1), 1, true),
        new Conv(6, kernel, stride, padding, Extent.square(1), 3, false),
        new BatchNormalization(0.5, 0.1),
        new AveragePool(kernel, stride, padding, false),
        new AveragePool(kernel, stride, padding, true),
        new MaxPool(kernel, stride, padding),
        new Pad(1, 2),
        new Slice(new Extent(2, 3)));
  }

  /** Three channels, the operator under test, and scores. */
  private static Network around(Operator operator) {
    return new Network(
        operator.toString(),
        Shape.of(1, 14, 14),
        List.of(
            node("stem", Conv.square(3, 3, 1, 0, true), "input"),
            node("operator", operator, "stem"),
            node("flatten", new Flatten(), "operator"),
            node("flat-norm", BatchNormalization.withDefaults(), "flatten"),
            node("fc", new Gemm(4, false), "flat-norm")));
  }

  private static Node node(String name, Operator operator, String input) {
    return new Node(name, operator, List.of(input));
  }

  private static Weights scattered(Weights weights) {
    RandomStream random = RandomStream.of(8);
    return Weights.copyOf(
        weights.network(),
        parameter -> {
          FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(parameter.shape().elements()));
          values.put(weights.values(parameter)).flip();
          if (parameter.role() != Role.WEIGHT && parameter.role() != Role.BIAS) {
            for (int i = 0; i < values.limit(); i++) {
              values.put(i, values.get(i) + (float) random.nextDouble() / 2);
            }
          }
          return values;
        });
  }

  private static double[] image(Images images, int index) {
    FloatBuffer pixels = FloatBuffer.allocate(14 * 14);
    images.fill(new int[] {index}, 0, 1, pixels, LongBuffer.allocate(1));
    double[] image = new double[14 * 14];
    for (int i = 0; i < image.length; i++) {
      image[i] = pixels.get(i);
    }
    return image;
  }
}
