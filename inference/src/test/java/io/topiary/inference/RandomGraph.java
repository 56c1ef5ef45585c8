package io.topiary.inference;

import io.topiary.sparsity.network.Extent;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.NetworkException;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator;
import io.topiary.sparsity.network.Operator.Add;
import io.topiary.sparsity.network.Operator.AveragePool;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Operator.GlobalAveragePool;
import io.topiary.sparsity.network.Operator.MaxPool;
import io.topiary.sparsity.network.Operator.Pad;
import io.topiary.sparsity.network.Operator.Relu;
import io.topiary.sparsity.network.Operator.Slice;
import io.topiary.sparsity.network.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A small network with every operator in odd shapes and odd places, drawn from a seed. */
final class RandomGraph {

  private final Random random;
  private final List<Node> nodes = new ArrayList<>();
  private final Shape input;

  private RandomGraph(Random random) {
    this.random = random;
    this.input = Shape.of(1 + random.nextInt(4), 1 + random.nextInt(14), 1 + random.nextInt(40));
  }

  static Network network(Random random) {
    var graph = new RandomGraph(random);
    for (var i = 0; i < 3 + random.nextInt(9); i++) {
      graph.step();
    }
    return graph.closed();
  }

  private void step() {
    var shape = shape(last());
    var kind = random.nextInt(14);
    if (kind == 0 && nodes.size() > 1) {
      addOfSameShape();
    } else if (kind == 1 && shape.rank() == 3 && random.nextInt(3) == 0) {
      attempt(random.nextBoolean() ? new Flatten() : new GlobalAveragePool());
    } else if (shape.rank() == 1) {
      attempt(
          random.nextInt(3) > 0
              ? new Gemm(1 + random.nextInt(40), random.nextBoolean())
              : random.nextBoolean() ? new Relu() : BatchNormalization.withDefaults());
    } else {
      attemptImageOperator(kind, shape.dimension(0));
    }
  }

  private Operator imageOperator(int kind, int channels) {
    return switch (kind) {
      case 2 -> new Relu();
      case 3 -> BatchNormalization.withDefaults();
      case 4 -> new MaxPool(extent(1, 3), extent(1, 3), extent(0, 1));
      case 5 -> new AveragePool(extent(1, 3), extent(1, 3), extent(0, 1), random.nextBoolean());
      case 6 -> new Slice(extent(1, 3));
      case 7 -> new Pad(random.nextInt(3), random.nextInt(3));
      case 8 -> Conv.square(channels, 3, 1, 1, random.nextBoolean());
      default -> {
        var groups = channels % 2 == 0 && random.nextInt(3) == 0 ? 2 : 1;
        groups = random.nextInt(6) == 0 ? channels : groups;
        yield new Conv(
            groups * (1 + random.nextInt(10)),
            extent(1, 4),
            extent(1, 3),
            extent(0, 3),
            extent(1, 2),
            groups,
            random.nextBoolean());
      }
    };
  }

  private Extent extent(int least, int most) {
    return new Extent(
        least + random.nextInt(most - least + 1), least + random.nextInt(most - least + 1));
  }

  private void addOfSameShape() {
    var candidates = new ArrayList<String>();
    for (var node : nodes) {
      if (shape(node.name()).equals(shape(last()))) {
        candidates.add(node.name());
      }
    }
    var other = candidates.get(random.nextInt(candidates.size()));
    nodes.add(new Node("n" + nodes.size(), new Add(), List.of(last(), other)));
  }

  private void attemptImageOperator(int kind, int channels) {
    try {
      attempt(imageOperator(kind, channels));
    } catch (NetworkException e) {
      // Not every pool can be had; the next draw may.
    }
  }

  /** What does not fit is left out. */
  private void attempt(Operator operator) {
    var node = new Node("n" + nodes.size(), operator, List.of(last()));
    try {
      var out = operator.output(List.of(shape(last())));
      if (out.elements() > 0) {
        nodes.add(node);
      }
    } catch (NetworkException e) {
      // The next draw may fit.
    }
  }

  private Network closed() {
    if (shape(last()).rank() == 3) {
      attempt(new Flatten());
    }
    attempt(new Gemm(1 + random.nextInt(20), random.nextBoolean()));
    return new Network("random", input, nodes);
  }

  private String last() {
    return nodes.isEmpty() ? Network.INPUT : nodes.get(nodes.size() - 1).name();
  }

  private Shape shape(String name) {
    var shape = input;
    for (var node : nodes) {
      if (name.equals(Network.INPUT)) {
        return input;
      }
      shape = node.operator().output(node.inputs().stream().map(this::shape).toList());
      if (node.name().equals(name)) {
        return shape;
      }
    }
    return shape;
  }
}
