package io.topiary.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.topiary.inference.kernel.Kernels;
import io.topiary.inference.kernel.ScalarKernels;
import io.topiary.inference.vector.VectorKernels;
import io.topiary.sparsity.network.Extent;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator;
import io.topiary.sparsity.network.Operator.Add;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Operator.MaxPool;
import io.topiary.sparsity.network.Operator.Relu;
import io.topiary.sparsity.network.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every form of every kernel against a layer's meaning in double precision. What was used is
 * recorded, so that no form goes untested when layers are laid out in another way.
 */
class KernelFormsTest {

  private static final long SEED = 23;

  private final Random random = new Random(SEED);

  static Stream<Kernels> kernels() {
    return Stream.of(new VectorKernels(), new ScalarKernels());
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void shouldConvolveInRunsOfEveryWidth(Kernels kernels) {
    // Given
    var recording = new RecordingKernels(kernels);

    // When
    for (var width = 1; width <= 18; width++) {
      for (var residual : List.of(false, true)) {
        for (var sparsity : List.of(0.2, 0.8)) {
          requireAgreement(
              convolution(Shape.of(2, 1, width), Extent.square(3), 1, 9, residual),
              sparsity,
              recording);
        }
      }
    }

    // Then
    for (var form : List.of("run", "add")) {
      for (var width : kernels.sparseWidths()) {
        assertThat(recording.used()).contains(RecordingKernels.sparse(1, width, form));
      }
      if (kernels instanceof VectorKernels) {
        for (var height : new int[] {4, 8}) {
          for (var width : kernels.denseWidths(height)) {
            assertThat(recording.used()).contains(RecordingKernels.dense(height, width, form));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void shouldConvolveInPatchesOfEveryShape(Kernels kernels) {
    // Given
    var recording = new RecordingKernels(kernels);

    // When
    for (var height = 1; height <= 5; height++) {
      for (var width = 3; width <= 17; width++) {
        requireAgreement(
            convolution(
                Shape.of(2, height, width),
                new Extent(1 + random.nextInt(3), 1 + random.nextInt(3)),
                1,
                3,
                (height + width) % 2 == 0),
            0.6,
            recording);
      }
    }

    // Then
    for (var form : List.of("run", "add")) {
      assertThat(recording.used()).contains("overlapping patches " + form);
      for (var patch : kernels.sparsePatches()) {
        assertThat(recording.used()).contains(RecordingKernels.sparse(patch[0], patch[1], form));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void shouldConvolveInBlocksOfChannelsAndWithStrideOverOddSizes(Kernels kernels) {
    // Given
    var recording = new RecordingKernels(kernels);

    // When
    for (var residual : List.of(false, true)) {
      for (var height : List.of(1, 5)) {
        // 64 KiB of input for a tile even where vectors are short
        var channels = 40 * 16 / kernels.lanes();
        requireAgreement(
            convolution(Shape.of(channels, height, 17), Extent.square(3), 1, 5, residual),
            0.6,
            recording);
      }
      for (var side : List.of(1, 2, 5, 17)) {
        requireAgreement(
            convolution(Shape.of(1, side, side + 2), Extent.square(3), 2, 8, residual),
            0.6,
            recording);
      }
    }

    // Then
    assertThat(recording.used())
        .contains(
            "patches in blocks of channels",
            "runs in blocks of channels",
            "every 2 of an image",
            "every 2 of a block");
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void shouldTakeScalarProductsOfRowsOfEveryLength(Kernels kernels) {
    // Given
    var recording = new RecordingKernels(kernels);

    // When
    for (var inputs : List.of(1, 15, 16, 17, 100)) {
      for (var outputs : List.of(1, 15, 16, 17, 33)) {
        for (var sparsity : List.of(0.2, 0.9)) {
          var nodes = new ArrayList<Node>();
          nodes.add(new Node("flat", new Flatten(), List.of(Network.INPUT)));
          branches(new Gemm(outputs, true), "flat", random.nextBoolean(), nodes);
          requireAgreement(new Network("rows", Shape.of(inputs, 1, 1), nodes), sparsity, recording);
        }
      }
    }

    // Then
    assertThat(recording.used())
        .contains("dense rows run", "dense rows add", "sparse rows run", "sparse rows add");
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void shouldTakeMaximaOfEveryWindow(Kernels kernels) {
    // Given
    var recording = new RecordingKernels(kernels);

    // When
    for (var kernel = 1; kernel <= 3; kernel++) {
      for (var stride = 1; stride <= 3; stride++) {
        for (var padding = 0; padding <= kernel / 2; padding++) {
          var pool =
              new MaxPool(Extent.square(kernel), Extent.square(stride), Extent.square(padding));
          for (var width : List.of(3, 33, 34, 67)) {
            var nodes =
                List.of(
                    new Node("pool", pool, List.of(Network.INPUT)),
                    new Node("flat", new Flatten(), List.of("pool")));
            requireAgreement(new Network("pool", Shape.of(2, 5, width), nodes), 0, recording);
          }
        }
      }
    }

    // Then
    assertThat(recording.used())
        .contains("max of every 1", "max of every 2", "max of every 3", "every 3 of an image");
  }

  /** A convolution, at times with something added, at times with ReLU. */
  private Network convolution(
      Shape input, Extent kernel, int stride, int outputs, boolean residual) {
    var padding = new Extent(kernel.height() / 2, kernel.width() / 2);
    var conv = new Conv(outputs, kernel, Extent.square(stride), padding, Extent.square(1), 1, true);
    var nodes = new ArrayList<Node>();
    var last = branches(conv, Network.INPUT, residual, nodes);
    nodes.add(new Node("flat", new Flatten(), List.of(last)));
    return new Network("convolution", input, nodes);
  }

  /** An operator, twice and summed up if something is to be added, before a ReLU or none. */
  private String branches(Operator operator, String input, boolean residual, List<Node> nodes) {
    var last = "layer";
    if (residual) {
      nodes.add(new Node("other", operator, List.of(input)));
    }
    nodes.add(new Node("layer", operator, List.of(input)));
    if (residual) {
      nodes.add(new Node("sum", new Add(), List.of("layer", "other")));
      last = "sum";
    }
    if (random.nextBoolean()) {
      nodes.add(new Node("relu", new Relu(), List.of(last)));
      last = "relu";
    }
    return last;
  }

  /** A block, and one image more; twice, as the second call finds what the first has left. */
  private void requireAgreement(Network network, double sparsity, Kernels kernels) {
    var weights = new RandomWeights(network, sparsity, random);
    var compiled = SparseNetwork.compile(network, weights::buffer, new CompileOptions(1), kernels);
    var count = kernels.lanes() + 1;
    compiled.predict(RandomWeights.images(network, count, random));
    var images = RandomWeights.images(network, count, random);
    var scores = compiled.predict(images);
    var reference = new Reference(network, weights);
    var elements = images.length / count;
    for (var i : new int[] {0, count - 2, count - 1}) {
      var expected =
          reference.predict(Arrays.copyOfRange(images, i * elements, (i + 1) * elements));
      var largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
      for (var j = 0; j < expected.length; j++) {
        assertThat((double) scores[i * expected.length + j])
            .as("seed %d, %s, score %d of image %d of %s", SEED, kernels.name(), j, i, network)
            .isCloseTo(expected[j], within(1e-5 * largest + 1e-6));
      }
    }
  }
}
