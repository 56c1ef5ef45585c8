package io.topiary.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.topiary.engine.DenseInference;
import io.topiary.engine.Weights;
import io.topiary.inference.CompileOptions;
import io.topiary.inference.SparseNetwork;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.selection.GlobalMagnitude;
import io.topiary.sparsity.selection.PrunableTensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What inference computes is what PyTorch computes, on every built-in network, dense and pruned.
 */
class InferenceAgreementTest {

  private static final long SEED = 3;

  @ParameterizedTest
  @CsvSource({
    "mlp, 64, 28, 28",
    "lenet5, 6, 28, 28",
    "small-cnn, 8, 19, 13",
    "resnet8, 8, 19, 13",
    "resnet20, 8, 19, 13",
    "resnet32, 4, 19, 13",
    "resnet56, 4, 9, 11",
    "resnet18-cifar, 8, 35, 44",
    "resnet18, 8, 35, 44",
    "resnet50, 8, 35, 44",
    "wrn-28-10, 8, 19, 13",
    "vgg16-bn-cifar, 8, 35, 44",
    "vgg16-bn, 1, 224, 224"
  })
  void shouldAgreeWithPyTorch(String name, int width, int height, int columns) {
    // Given
    Network network = BuiltInNetworks.network(name, width, Shape.of(3, height, columns), 10);
    Weights dense = Weights.initial(network, SEED);
    int[] counts = name.equals("vgg16-bn") ? new int[] {1} : new int[] {1, 19};

    for (Weights weights : List.of(dense, dense.masked(largestTenth(dense)))) {
      SparseNetwork compiled =
          SparseNetwork.compile(network, weights::values, CompileOptions.defaults());
      for (int count : counts) {
        float[] images = images(network, count);

        // When
        float[] scores = compiled.predict(images);

        // Then
        try (DenseInference expected = DenseInference.fastest(weights, images, 1)) {
          requireClose(scores, expected.predict());
        }
      }
    }
  }

  private static Mask largestTenth(Weights weights) {
    List<PrunableTensor> tensors =
        weights.network().prunable().stream()
            .map(
                parameter ->
                    new PrunableTensor(
                        parameter.name(),
                        weights.values(parameter),
                        BitMask.allAlive(parameter.shape())))
            .toList();
    return new GlobalMagnitude().select(tensors, 0.9).mask();
  }

  private static float[] images(Network network, int count) {
    Random random = new Random(SEED);
    float[] images = new float[count * (int) network.input().elements()];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    return images;
  }

  private static void requireClose(float[] scores, float[] expected) {
    float largest = 0;
    for (float score : expected) {
      largest = Math.max(largest, Math.abs(score));
    }
    assertThat(scores).hasSize(expected.length);
    for (int i = 0; i < scores.length; i++) {
      assertThat(scores[i])
          .as("seed %d, score %d", SEED, i)
          .isCloseTo(expected[i], within(1e-4f * largest));
    }
  }
}
