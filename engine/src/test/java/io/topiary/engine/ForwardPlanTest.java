package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.sparsity.network.BuiltInNetworks;
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
import java.util.List;
import org.junit.jupiter.api.Test;

class ForwardPlanTest {
  private static final Shape IMAGE = Shape.of(1, 8, 8);

  @Test
  void shouldPoolBeforeAReluThatOnlyThePoolReads() {
    // Given
    Network network =
        new Network(
            "pooled",
            IMAGE,
            List.of(
                node("conv", Conv.square(2, 3, 1, 1, true), Network.INPUT),
                node("relu", new Relu(), "conv"),
                node("pool", MaxPool.square(2), "relu"),
                node("flatten", new Flatten(), "pool"),
                node("fc", new Gemm(3, true), "flatten")));

    // When
    ForwardPlan plan = ForwardPlan.of(network);

    // Then the names stay, which the rest of the network reads by.
    assertThat(plan.nodes().get(1)).isEqualTo(node("relu", MaxPool.square(2), "conv"));
    assertThat(plan.nodes().get(2)).isEqualTo(node("pool", new Relu(), "relu"));
  }

  @Test
  void shouldLeaveAReluThatOthersReadToo() {
    // Given
    List<Node> nodes =
        List.of(
            node("conv", Conv.square(2, 3, 1, 1, true), Network.INPUT),
            node("relu", new Relu(), "conv"),
            node("pool", MaxPool.square(2), "relu"),
            node("other", MaxPool.square(2), "relu"),
            node("sum", new Add(), "pool", "other"),
            node("flatten", new Flatten(), "sum"),
            node("fc", new Gemm(3, true), "flatten"));

    // When
    ForwardPlan plan = ForwardPlan.of(new Network("shared", IMAGE, nodes));

    // Then
    assertThat(plan.nodes()).isEqualTo(nodes);
    assertThat(plan.overFirst()).as("a pool's output is none to write over").isEmpty();
    assertThat(plan.overSecond()).isEmpty();
  }

  @Test
  void shouldWriteSumsOverWhatNobodyElseReads() {
    // Given
    Network network = BuiltInNetworks.network("resnet8", 0, IMAGE, 10);
    List<String> sums =
        network.nodes().stream()
            .filter(node -> node.operator() instanceof Add)
            .map(Node::name)
            .toList();

    // When
    ForwardPlan plan = ForwardPlan.of(network);

    // Then its first terms are outputs of BatchNorm, and are not given up as spent.
    assertThat(plan.overFirst()).containsExactlyInAnyOrderElementsOf(sums);
    assertThat(plan.readLastBy().values().stream().flatMap(List::stream))
        .doesNotContainAnyElementsOf(
            network.nodes().stream()
                .filter(node -> sums.contains(node.name()))
                .map(sum -> sum.inputs().get(0))
                .toList());
  }

  @Test
  void shouldWriteReluOverALargeOutputThatNobodyElseReads() {
    // Given
    List<Node> nodes =
        List.of(
            node("conv", Conv.square(2, 3, 1, 1, true), Network.INPUT),
            node("relu", new Relu(), "conv"),
            node("second", Conv.square(2, 3, 1, 1, true), "relu"),
            node("shared", new Relu(), "second"),
            node("sum", new Add(), "second", "shared"),
            node("relu2", new Relu(), "sum"),
            node("pool", MaxPool.square(2), "relu2"),
            node("flatten", new Flatten(), "pool"),
            node("fc", new Gemm(3, true), "flatten"),
            node("relu3", new Relu(), "fc"));

    // When
    ForwardPlan plan = ForwardPlan.of(new Network("overwriting", IMAGE, nodes));

    // Then neither over what a sum reads too, nor over the little that a pool or a layer leaves.
    assertThat(plan.inPlace()).containsExactly("relu");
  }

  private static Node node(String name, Operator operator, String... inputs) {
    return new Node(name, operator, List.of(inputs));
  }
}
