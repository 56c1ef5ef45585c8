package io.topiary.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.topiary.inference.kernel.Kernels;
import io.topiary.inference.kernel.ScalarKernels;
import io.topiary.inference.vector.VectorKernels;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every built-in network and random graphs against their meaning in double precision. */
class AgreementTest {

  private static final List<Kernels> KERNELS = List.of(new VectorKernels(), new ScalarKernels());
  private static final List<Double> SPARSITIES = List.of(0.0, 0.3, 0.7, 0.9, 0.98, 1.0);

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("builtIn")
  void shouldAgreeOnBuiltInNetwork(String name, int width, Shape input) {
    // Given
    var network = BuiltInNetworks.network(name, width, input, 10);

    for (var sparsity : List.of(0.0, 0.9)) {
      // When, Then
      requireAgreement(network, sparsity, 17, 5);
    }
  }

  static Stream<Arguments> builtIn() {
    return Stream.of(
        Arguments.of("mlp", 40, Shape.of(1, 28, 28)),
        Arguments.of("mlp", 33, Shape.of(3, 7, 5)),
        Arguments.of("lenet5", 6, Shape.of(1, 28, 28)),
        Arguments.of("small-cnn", 4, Shape.of(3, 19, 13)),
        Arguments.of("resnet8", 8, Shape.of(1, 28, 28)),
        Arguments.of("resnet20", 4, Shape.of(3, 15, 33)),
        Arguments.of("resnet32", 4, Shape.of(3, 9, 9)),
        Arguments.of("resnet56", 4, Shape.of(3, 8, 8)),
        Arguments.of("resnet18-cifar", 4, Shape.of(3, 32, 32)),
        Arguments.of("resnet18", 4, Shape.of(3, 64, 49)),
        Arguments.of("resnet50", 4, Shape.of(3, 33, 40)),
        Arguments.of("wrn-28-10", 8, Shape.of(3, 12, 16)),
        Arguments.of("vgg16-bn-cifar", 4, Shape.of(3, 32, 32)),
        Arguments.of("vgg16-bn", 1, Shape.of(3, 224, 224)));
  }

  @ParameterizedTest(name = "{0} inputs")
  @ValueSource(ints = {1, 15, 67})
  void shouldAgreeOnLinearLayersInBlocksOfManyImages(int features) {
    // Given
    var network = BuiltInNetworks.network("mlp", 19, Shape.of(features, 1, 1), 3);

    for (var sparsity : SPARSITIES) {
      // When, Then
      requireAgreement(network, sparsity, 150, features);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldAgreeOnRandomGraph(int seed) {
    // Given
    var random = new Random(seed);
    var network = RandomGraph.network(random);

    // When, Then
    requireAgreement(network, SPARSITIES.get(random.nextInt(SPARSITIES.size())), 18, seed);
  }

  static IntStream seeds() {
    return IntStream.range(0, 80);
  }

  /**
   * The first, the last of a block and one behind it are compared; all are computed. By one thread:
   * two would share so few images among them, and never compute a block.
   */
  private static void requireAgreement(Network network, double sparsity, int count, int seed) {
    var random = new Random(seed);
    var weights = new RandomWeights(network, sparsity, random);
    var images = RandomWeights.images(network, count, random);
    var reference = new Reference(network, weights);
    var elements = images.length / count;
    for (var kernels : KERNELS) {
      var compiled =
          SparseNetwork.compile(network, weights::buffer, new CompileOptions(1), kernels);
      var scores = compiled.predict(images);
      for (var i : new int[] {0, kernels.lanes() - 1, count - 1}) {
        var image = Arrays.copyOfRange(images, i * elements, (i + 1) * elements);
        var expected = reference.predict(image);
        requireClose(network, kernels, scores, i * expected.length, expected);
        requireClose(network, kernels, compiled.predict(image), 0, expected);
      }
    }
  }

  private static void requireClose(
      Network network, Kernels kernels, float[] scores, int from, double[] expected) {
    var largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    for (var i = 0; i < expected.length; i++) {
      assertThat((double) scores[from + i])
          .as("%s, %s, score %d of %s", network, kernels.name(), from + i, network.nodes())
          .isCloseTo(expected[i], within(1e-5 * largest + 1e-6));
    }
  }
}
