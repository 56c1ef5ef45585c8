package io.topiary.sparsity.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.sparsity.network.Flops.LayerFlops;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
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
    "padded,             6, 3, 1, 1, 1, 1, 15552", // 6*4*9 * 9*8
    "unpadded,           6, 3, 1, 0, 1, 1,  9072", // 6*4*9 * 7*6
    "strided,            6, 3, 2, 1, 1, 1,  4320", // 6*4*9 * 5*4
    "strided unpadded,   6, 3, 2, 0, 1, 1,  2592", // 6*4*9 * 4*3
    "one by one,         6, 1, 1, 0, 1, 1,  1728", // 6*4   * 9*8
    "one by one strided, 6, 1, 2, 0, 1, 1,   480", // 6*4   * 5*4
    "dilated,            6, 3, 1, 0, 2, 1,  4320", // 6*4*9 * 5*4
    "grouped,            6, 3, 1, 1, 1, 2,  7776", // 6*2*9 * 9*8
    "depthwise,          4, 3, 1, 1, 1, 4,  2592", // 4*1*9 * 9*8
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
    var layers = Flops.of(network(conv));

    // Then
    assertThat(layers.get(0)).as(name).isEqualTo(new LayerFlops("conv.weight", flops));
  }

  @Test
  void shouldCountLinearLayersAndNothingElse() {
    // When
    var layers = Flops.of(BuiltInNetworks.network("mlp", 0, Shape.of(1, 28, 28), 10));

    // Then
    assertThat(layers)
        .containsExactly(
            new LayerFlops("fc1.weight", 401_408), new LayerFlops("fc2.weight", 5_120));
  }

  @Test
  void shouldCountAWholeNetwork() {
    // When
    var layers = Flops.of(BuiltInNetworks.network("lenet5", 0, Shape.of(1, 28, 28), 10));

    // Then
    assertThat(layers)
        .containsExactly(
            new LayerFlops("conv1.weight", 6 * 25 * 28 * 28),
            new LayerFlops("conv2.weight", 16 * 6 * 25 * 10 * 10),
            new LayerFlops("fc1.weight", 120 * 400),
            new LayerFlops("fc2.weight", 84 * 120),
            new LayerFlops("fc3.weight", 10 * 84));
  }

  @Test
  void shouldDependOnWhereTheZerosAre() {
    // Given 1x1 convolution: 8 weights, 576 multiply-adds; linear: 432 weights and multiply-adds
    var network = network(Conv.square(2, 1, 1, 0, true));

    // Then
    assertThat(speedup(network, 0, 0)).isEqualTo(1);
    assertThat(speedup(network, 0.5, 0)).isCloseTo(1008 / (288 + 432.0), within(1e-12));
    assertThat(speedup(network, 0, 0.5)).isCloseTo(1008 / (576 + 216.0), within(1e-12));
    assertThat(speedup(network, 0.9, 0.9)).isCloseTo(10, within(1e-12));
  }

  @Test
  void shouldAskForTheSparsityOfEveryLayer() {
    var network = network(Conv.square(2, 1, 1, 0, true));
    assertThatThrownBy(() -> Flops.theoreticalSpeedup(network, Map.of("conv.weight", 0.5)))
        .hasMessage("the sparsity of 'fc.weight' is null; it must be in [0, 1]");
    assertThatThrownBy(() -> speedup(network, 0.5, 1.5))
        .hasMessage("the sparsity of 'fc.weight' is 1.5; it must be in [0, 1]");
  }

  private static double speedup(Network network, double conv, double fc) {
    return Flops.theoreticalSpeedup(network, Map.of("conv.weight", conv, "fc.weight", fc));
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
