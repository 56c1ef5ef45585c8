package io.topiary.sparsity.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Flops.LayerFlops;
import io.topiary.sparsity.network.Operator.Add;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Operator.GlobalAveragePool;
import java.io.IOException;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlopsTest {

  // On an image of 4 channels, 9 rows and 8 columns; counted by hand as
  // out channels * (4 / groups) * kernel * kernel * out rows * out columns.
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "same,                  6, 3, 1, 1, 1, 1, 15552", // 6*4*9  * 9*8
    "same of five,          6, 5, 1, 2, 1, 1, 43200", // 6*4*25 * 9*8
    "valid,                 6, 3, 1, 0, 1, 1,  9072", // 6*4*9  * 7*6
    "valid of five,         6, 5, 1, 0, 1, 1, 12000", // 6*4*25 * 5*4
    "full,                  6, 3, 1, 2, 1, 1, 23760", // 6*4*9  * 11*10
    "strided,               6, 3, 2, 1, 1, 1,  4320", // 6*4*9  * 5*4
    "strided valid,         6, 3, 2, 0, 1, 1,  2592", // 6*4*9  * 4*3
    "strided by three,      6, 3, 3, 1, 1, 1,  1944", // 6*4*9  * 3*3
    "one by one,            6, 1, 1, 0, 1, 1,  1728", // 6*4    * 9*8
    "one by one strided,    6, 1, 2, 0, 1, 1,   480", // 6*4    * 5*4
    "dilated,               6, 3, 1, 0, 2, 1,  4320", // 6*4*9  * 5*4
    "dilated same,          6, 3, 1, 2, 2, 1, 15552", // 6*4*9  * 9*8
    "dilated strided,       6, 3, 2, 1, 2, 1,  2592", // 6*4*9  * 4*3
    "grouped,               6, 3, 1, 1, 1, 2,  7776", // 6*2*9  * 9*8
    "grouped strided,       6, 3, 2, 1, 1, 2,  2160", // 6*2*9  * 5*4
    "depthwise,             4, 3, 1, 1, 1, 4,  2592", // 4*1*9  * 9*8
    "depthwise multiplied,  8, 3, 1, 1, 1, 4,  5184", // 8*1*9  * 9*8
  })
  void shouldCountEveryWeightOnceForEveryPlaceOfTheOutput(
      String name,
      int out,
      int kernel,
      int stride,
      int padding,
      int dilation,
      int groups,
      long flops) {
    // Given
    var conv =
        new Conv(
            out,
            Extent.square(kernel),
            Extent.square(stride),
            Extent.square(padding),
            Extent.square(dilation),
            groups,
            true);

    // When
    var layers = Flops.of(network(conv)).layers();

    // Then
    assertThat(layers.get(0).dense()).as(name).isEqualTo(flops);
  }

  @Test
  void shouldCountRowsAndColumnsApart() {
    // Given (9 + 2*2 - 2*(3-1) - 1) / 2 + 1 = 5 rows and 8 + 0 - 3*(2-1) - 1 + 1 = 5 columns
    var conv =
        new Conv(
            6, new Extent(3, 2), new Extent(2, 1), new Extent(2, 0), new Extent(2, 3), 2, false);

    // When
    var layer = Flops.of(network(conv)).layers().get(0);

    // Then
    assertThat(layer)
        .isEqualTo(
            new LayerFlops(
                "conv.weight", Shape.of(6, 2, 3, 2), Shape.of(6, 5, 5), 6 * 2 * 3 * 2 * 5 * 5, 0));
  }

  @Test
  void shouldCountLinearLayersAndNothingElse() {
    // When
    var flops = Flops.of(BuiltInNetworks.network("mlp", 0, Shape.of(1, 28, 28), 10));

    // Then
    assertThat(flops.layers())
        .containsExactly(
            new LayerFlops("fc1.weight", Shape.of(512, 784), Shape.of(512), 401_408, 0),
            new LayerFlops("fc2.weight", Shape.of(10, 512), Shape.of(10), 5_120, 0));
    assertThat(flops.dense()).isEqualTo(406_528);
  }

  @Test
  void shouldCountAWholeNetwork() {
    // When
    var flops = Flops.of(BuiltInNetworks.network("lenet5", 0, Shape.of(1, 28, 28), 10));

    // Then
    assertThat(flops.layers())
        .extracting(LayerFlops::dense)
        .containsExactly(
            6L * 25 * 28 * 28, 16L * 6 * 25 * 10 * 10, 120L * 400, 84L * 120, 10L * 84);
    assertThat(flops.dense()).isEqualTo(117_600 + 240_000 + 48_000 + 10_080 + 840);
  }

  // ResNet-50's are the 4.09 G and VGG-16's the 15.47 G that torchvision prints (as GFLOPS) for
  // resnet50 and vgg16_bn; every figure is also what PyTorch did when it ran the network.
  @ParameterizedTest
  @CsvSource({
    "resnet20,        32,   10,    40551040",
    "resnet56,        32,   10,   125485696",
    "resnet18-cifar,  32,   10,   555422720",
    "resnet18,       224, 1000,  1814073344",
    "resnet50,       224, 1000,  4089184256",
    "wrn-28-10,       32,  100,  5951175168",
    "vgg16-bn-cifar,  32,   10,   313201664",
    "vgg16-bn,       224, 1000, 15470264320",
  })
  void shouldCountWhatPyTorchDoes(String name, int side, int classes, long dense)
      throws IOException {
    // When
    var flops = Flops.of(BuiltInNetworks.network(name, 0, Shape.of(3, side, side), classes));

    // Then
    assertThat(flops.dense()).isEqualTo(dense);
    assertThat(ReferenceState.of(name).multiplyAdds()).isEqualTo(dense);
  }

  // Stem 3 -> 16 at 32x32; 18 convolutions 16 -> 16 at 32x32; one 16 -> 32 and 17 32 -> 32 at
  // 16x16; one 32 -> 64 and 17 64 -> 64 at 8x8; 64 -> 10.
  @Test
  void shouldCountResNet56AsByHand() {
    var flops = Flops.of(BuiltInNetworks.network("resnet56", 0, Shape.of(3, 32, 32), 10));
    assertThat(flops.dense())
        .isEqualTo(
            9L * 3 * 16 * 1024
                + 18 * 9L * 16 * 16 * 1024
                + (9L * 16 * 32 + 17 * 9L * 32 * 32) * 256
                + (9L * 32 * 64 + 17 * 9L * 64 * 64) * 64
                + 64 * 10);
  }

  // Stem 1 -> 16 at 28x28; 16 -> 32 at 14x14; 32 -> 64 at 7x7; 64 -> 10.
  @Test
  void shouldCountTheSmallCnnAsByHand() {
    var flops = Flops.of(BuiltInNetworks.network("small-cnn", 0, Shape.of(1, 28, 28), 10));
    assertThat(flops.dense())
        .isEqualTo(9L * 16 * 784 + 9L * 16 * 32 * 196 + 9L * 32 * 64 * 49 + 64 * 10);
  }

  // Stem 1 -> 8 and two 8 -> 8 at 28x28; 8 -> 16 and 16 -> 16 at 14x14; 16 -> 32 and 32 -> 32 at
  // 7x7; 32 -> 10.
  @Test
  void shouldCountResNet8AsByHand() {
    var flops = Flops.of(BuiltInNetworks.network("resnet8", 0, Shape.of(1, 28, 28), 10));
    assertThat(flops.dense())
        .isEqualTo(
            9L * (8 + 2 * 8 * 8) * 784
                + 9L * (8 * 16 + 16 * 16) * 196
                + 9L * (16 * 32 + 32 * 32) * 49
                + 32 * 10);
  }

  // Stem 3 -> 16 at 32x32; 10 convolutions 16 -> 16 at 32x32; one 16 -> 32 and 9 32 -> 32 at
  // 16x16; one 32 -> 64 and 9 64 -> 64 at 8x8; 64 -> 10.
  @Test
  void shouldCountResNet32AsByHand() {
    var flops = Flops.of(BuiltInNetworks.network("resnet32", 0, Shape.of(3, 32, 32), 10));
    assertThat(flops.dense())
        .isEqualTo(
            9L * (3 * 16 + 10 * 16 * 16) * 1024
                + 9L * (16 * 32 + 9 * 32 * 32) * 256
                + 9L * (32 * 64 + 9 * 64 * 64) * 64
                + 64 * 10);
  }

  @Test
  void shouldCountTheWorkThatIsLeft() {
    // Given 1x1 convolution: 8 weights, 576 multiply-adds; linear: 432 weights and multiply-adds
    var network = network(Conv.square(2, 1, 1, 0, true));

    // When
    var flops = Flops.of(network, Map.of("conv.weight", 0.25, "fc.weight", 0.5));

    // Then
    assertThat(flops.layers()).extracting(LayerFlops::sparse).containsExactly(432.0, 216.0);
    assertThat(flops.layers()).extracting(LayerFlops::sparsity).containsExactly(0.25, 0.5);
    assertThat(flops.dense()).isEqualTo(1_008);
    assertThat(flops.sparse()).isEqualTo(648);
    assertThat(flops.theoreticalSpeedup()).isEqualTo(1_008 / 648.0);
  }

  @Test
  void shouldTakeTheSparsitiesOfAMask() {
    // Given: of 2x4 weights of the convolution every second is alive, of the linear layer all
    var network = network(Conv.square(2, 1, 1, 0, true));
    var everySecond = BitSet.valueOf(new byte[] {0b01010101});
    var masks = new LinkedHashMap<>(Mask.allAlive(network.prunable()).tensors());
    masks.put("conv.weight", BitMask.of(Shape.of(2, 4, 1, 1), everySecond));

    // When
    var flops = Flops.of(network, new Mask(masks).sparsities());

    // Then
    assertThat(flops.sparse()).isEqualTo(288 + 432);
  }

  @Test
  void shouldDependOnWhereTheZerosAre() {
    var network = network(Conv.square(2, 1, 1, 0, true));
    assertThat(speedup(network, 0, 0)).isEqualTo(1);
    assertThat(speedup(network, 0.5, 0)).isCloseTo(1008 / (288 + 432.0), within(1e-12));
    assertThat(speedup(network, 0, 0.5)).isCloseTo(1008 / (576 + 216.0), within(1e-12));
    assertThat(speedup(network, 0.9, 0.9)).isCloseTo(10, within(1e-12));
  }

  @Test
  void shouldBeInfinitelyFastWithoutWeightsAndNoFasterWithNoneToPrune() {
    // Given
    var network = network(Conv.square(2, 1, 1, 0, true));
    var weightless =
        new Network(
            "flat", Shape.of(1, 2, 2), List.of(new Node("flat", new Flatten(), List.of("input"))));

    // Then
    assertThat(speedup(network, 1, 1)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(Flops.of(weightless).theoreticalSpeedup()).isEqualTo(1);
  }

  @Test
  void shouldAskForTheSparsityOfEveryLayer() {
    var network = network(Conv.square(2, 1, 1, 0, true));
    assertThatThrownBy(() -> Flops.of(network, Map.of("conv.weight", 0.5)))
        .hasMessage("the sparsity of 'fc.weight' is null; it must be in [0, 1]");
    assertThatThrownBy(() -> speedup(network, 0.5, 1.5))
        .hasMessage("the sparsity of 'fc.weight' is 1.5; it must be in [0, 1]");
    assertThatThrownBy(() -> speedup(network, Double.NaN, 0))
        .hasMessage("the sparsity of 'conv.weight' is NaN; it must be in [0, 1]");
    assertThatThrownBy(
            () ->
                Flops.of(network, Map.of("conv.weight", 0.0, "fc.weight", 0.0, "fc2.weight", 0.0)))
        .hasMessageEndingWith("; the network has [conv.weight, fc.weight]");
  }

  @Test
  void shouldNameTheNodeThatIsMoreWorkThanCanBeCounted() {
    // Given 33 times almost 2^29 weights, each for almost 2^29 places
    var graph = new Graph();
    for (var i = 1; i <= 33; i++) {
      graph.from("input").then("conv" + i, Conv.square(1, 1, 1, 11_584, false));
      if (i > 1) {
        graph.add("add" + i, new Add(), i == 2 ? "conv1" : "add" + (i - 1), "conv" + i);
      }
    }
    var network =
        new Network(
            "huge",
            Shape.of(Network.MOST_ELEMENTS, 1, 1),
            graph.then("pool", new GlobalAveragePool()).then("flatten", new Flatten()).nodes());

    // Then
    assertThatThrownBy(() -> Flops.of(network))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "Node 'conv33' (Conv) takes the network past 9223372036854775807 multiply-adds.");
  }

  private static double speedup(Network network, double conv, double fc) {
    return Flops.of(network, Map.of("conv.weight", conv, "fc.weight", fc)).theoreticalSpeedup();
  }

  private static Network network(Conv conv) {
    return new Network(
        "test",
        Shape.of(4, 9, 8),
        List.of(
            new Node("conv", conv, List.of("input")),
            new Node("flatten", new Flatten(), List.of("conv")),
            new Node("fc", new Gemm(3, true), List.of("flatten"))));
  }
}
