package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Extent;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator;
import io.topiary.sparsity.network.Operator.Add;
import io.topiary.sparsity.network.Operator.AveragePool;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Operator.Relu;
import io.topiary.sparsity.network.Operator.Slice;
import io.topiary.sparsity.network.Shape;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScriptSourceTest {
  private static final int SEED = 5;

  @Test
  void shouldFuseEveryReluAndSumOfAResidualNetwork() {
    // Given
    Network network = folded(BuiltInNetworks.network("resnet20", 4, Shape.of(1, 14, 14), 10));

    // When
    String source = ScriptSource.fused(network, 64);

    // Then
    assertThat(source)
        .doesNotContain("torch.relu", "torch.add", "torch.conv2d", "\"none\"")
        .contains("[64, 1, 14, 14]");
    assertThat(source.lines().filter(line -> line.contains("_convolution_pointwise_("))).hasSize(9);
    assertThat(ScriptSource.plain(network)).contains("torch.relu_").doesNotContain("ops.");
  }

  /** Sums that must not be written over their other term. */
  static Stream<List<Node>> sumsOfWhatIsReadLater() {
    return Stream.of(
        // The sum's other term is read by a later node.
        List.of(
            node("a", conv(4), Network.INPUT),
            node("b", conv(4), "a"),
            node("sum", new Add(), "b", "a"),
            node("later", new Add(), "sum", "a")),
        // It is what the convolution itself reads.
        List.of(
            node("a", conv(4), Network.INPUT),
            node("first", new Relu(), "a"),
            node("b", conv(4), "first"),
            node("later", new Add(), "first", "b")),
        // A view of it is read later.
        List.of(
            node("a", conv(4), Network.INPUT),
            node("view", new Slice(Extent.square(1)), "a"),
            node("b", conv(4), Network.INPUT),
            node("sum", new Add(), "a", "b"),
            node("later", new Add(), "view", "sum")),
        // It is the batch.
        List.of(node("a", conv(3), Network.INPUT), node("later", new Add(), "a", Network.INPUT)),
        // A convolution that reads it waits for a later sum.
        List.of(
            node("a", conv(4), Network.INPUT),
            node("b", conv(4), "a"),
            node("c", conv(4), Network.INPUT),
            node("sum", new Add(), "c", "a"),
            node("later", new Add(), "sum", "b")));
  }

  @ParameterizedTest
  @MethodSource("sumsOfWhatIsReadLater")
  void shouldComputeTheSameWhereNothingMayBeOverwritten(List<Node> body) {
    // Given an average that leaves its padding out, too
    Network network =
        new Network(
            "own",
            Shape.of(3, 6, 6),
            Stream.concat(
                    body.stream(),
                    Stream.of(
                        node(
                            "pool",
                            new AveragePool(
                                Extent.square(3), Extent.square(2), Extent.square(1), false),
                            "later"),
                        node("flat", new Flatten(), "pool"),
                        node("fc", new Gemm(5, true), "flat")))
                .toList());
    Weights weights = Weights.initial(network, SEED);
    float[] images = new float[2 * 3 * 6 * 6];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) Math.sin(i);
    }

    // When, Then
    try (DenseInference plain =
            DenseInference.of(weights, images, 1, DenseInference.Form.CONTIGUOUS);
        DenseInference fused = DenseInference.of(weights, images, 1, DenseInference.Form.FUSED)) {
      float[] expected = plain.predict();
      for (int pass = 0; pass < 3; pass++) {
        assertThat(fused.predict()).usingComparatorWithPrecision(1e-5f).containsExactly(expected);
      }
    }
  }

  private static Network folded(Network network) {
    return BatchNormFolding.fold(Weights.initial(network, SEED)).network();
  }

  private static Operator conv(int channels) {
    return Conv.square(channels, 3, 1, 1, true);
  }

  private static Node node(String name, Operator operator, String... inputs) {
    return new Node(name, operator, List.of(inputs));
  }
}
