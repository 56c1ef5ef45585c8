package io.topiary.inference;

import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes fewer stages of a network's nodes. A convolution or linear layer takes in the
 * normalisation, the addition and the ReLU that follow it, as far as nobody else reads what is in
 * between; an addition goes to the later of its two producers, as the other must have been
 * computed.
 */
final class Fusion {

  private final Network network;
  private final Weights weights;
  private final Map<String, Shape> shapes;
  private final Map<String, List<Node>> readers = new HashMap<>();
  private final Set<String> computed = new HashSet<>(Set.of(Network.INPUT));
  private final Set<String> fused = new HashSet<>();
  private final List<Stage> stages = new ArrayList<>();

  private Fusion(Network network, Weights weights) {
    this.network = network;
    this.weights = weights;
    this.shapes = network.shapes();
    for (var node : network.nodes()) {
      for (var input : node.inputs()) {
        readers.computeIfAbsent(input, name -> new ArrayList<>()).add(node);
      }
    }
  }

  /** The stages of a network, in an order they can run in. */
  static List<Stage> stages(Network network, Weights weights) {
    var fusion = new Fusion(network, weights);
    for (var node : network.nodes()) {
      if (!fusion.fused.contains(node.name())) {
        fusion.add(node);
      }
    }
    return fusion.stages;
  }

  private void add(Node node) {
    var operator = node.operator();
    var input = node.inputs().get(0);
    if (operator instanceof Conv || operator instanceof Gemm) {
      layer(node);
    } else if (operator instanceof BatchNormalization normalization) {
      var affine = weights.affine(node, normalization, shape(input));
      epilogue(node, affine, input, Optional.empty(), node);
    } else if (operator instanceof Relu) {
      put(node, Weights.identity(shape(input)), input, Optional.empty(), true, node);
    } else if (operator instanceof Add) {
      var residual = Optional.of(node.inputs().get(1));
      epilogue(node, Weights.identity(shape(input)), input, residual, node);
    } else if (operator instanceof MaxPool pool) {
      put(node, new Operation.MaxPooling(pool), input, node);
    } else if (operator instanceof AveragePool pool) {
      put(node, new Operation.AveragePooling(pool), input, node);
    } else if (operator instanceof GlobalAveragePool) {
      put(node, new Operation.Mean(), input, flattened(node));
    } else if (operator instanceof Flatten) {
      put(node, new Operation.Flattening(), input, node);
    } else if (operator instanceof Slice slice) {
      slice(node, slice);
    } else if (operator instanceof Pad pad) {
      put(node, Selections.pad(pad, shape(input).dimension(0), 1, 1), input, node);
    } else {
      // Operators are a closed set, but this language level does not check that all are above.
      throw new InferenceException(
          "%s has an operator that cannot be compiled; it must be one of those of a network's graph."
              .formatted(node));
    }
  }

  private void layer(Node node) {
    var input = node.inputs().get(0);
    var operation = weights.layer(node, shape(input));
    var last = node;
    var next = onlyReader(node);
    if (next.isPresent() && next.get().operator() instanceof BatchNormalization normalization) {
      last = next.get();
      operation =
          Weights.folded(operation, weights.affine(last, normalization, shape(node.name())));
    }
    var source = input;
    if (operation instanceof Operation.Convolution convolution && !convolution.phases().trivial()) {
      source = phases(node, input, convolution);
    }
    epilogue(node, operation, source, Optional.empty(), last);
  }

  /** Takes in an addition, unless there is one already, and a ReLU. */
  private void epilogue(
      Node node, Operation operation, String input, Optional<String> residual, Node lastFused) {
    var last = lastFused;
    var added = residual;
    var next = onlyReader(last);
    if (added.isEmpty() && next.isPresent() && next.get().operator() instanceof Add) {
      var name = last.name();
      var other = next.get().inputs().stream().filter(i -> !i.equals(name)).findFirst();
      if (other.isPresent() && computed.contains(other.get())) {
        added = other;
        last = next.get();
        next = onlyReader(last);
      }
    }
    var relu = next.isPresent() && next.get().operator() instanceof Relu;
    put(node, operation, input, added, relu, relu ? next.orElseThrow() : last);
    fused.addAll(between(node, last));
  }

  private Set<String> between(Node first, Node last) {
    var names = new HashSet<String>();
    var node = first;
    while (!node.equals(last)) {
      node = onlyReader(node).orElseThrow();
      names.add(node.name());
    }
    return names;
  }

  private void slice(Node node, Slice slice) {
    var input = node.inputs().get(0);
    var channels = shape(input).dimension(0);
    var steps = slice.steps();
    var next = onlyReader(node);
    if (next.isPresent() && next.get().operator() instanceof Pad pad) {
      var both = Selections.pad(pad, channels, steps.height(), steps.width());
      put(node, both, input, next.get());
    } else {
      var every = Selections.pad(new Pad(0, 0), channels, steps.height(), steps.width());
      put(node, every, input, node);
    }
  }

  private String phases(Node node, String input, Operation.Convolution convolution) {
    // No node has a control character in its name, so none is called that.
    var name = node.name() + "\tinput";
    var selection = Selections.phases(convolution.phases(), shape(input).dimension(0));
    var shape = Selections.shape(convolution.phases(), shape(input));
    stages.add(new Stage(name, selection, input, Optional.empty(), false, name, shape));
    return name;
  }

  /** A mean that is only flattened afterwards is a row of features from the start. */
  private Node flattened(Node mean) {
    return onlyReader(mean).filter(node -> node.operator() instanceof Flatten).orElse(mean);
  }

  private void put(Node node, Operation operation, String input, Node last) {
    put(node, operation, input, Optional.empty(), false, last);
  }

  private void put(
      Node node,
      Operation operation,
      String input,
      Optional<String> residual,
      boolean relu,
      Node last) {
    fused.add(last.name());
    computed.add(last.name());
    stages.add(
        new Stage(node.name(), operation, input, residual, relu, last.name(), shape(last.name())));
  }

  /** Who reads a node's output, if it is one node, once, and the output is not the network's. */
  private Optional<Node> onlyReader(Node node) {
    var all = readers.getOrDefault(node.name(), List.of());
    return all.size() == 1 && !node.equals(network.output())
        ? Optional.of(all.get(0))
        : Optional.empty();
  }

  private Shape shape(String value) {
    var shape = shapes.get(value);
    if (shape == null) {
      throw new IllegalStateException("there is no '" + value + "'");
    }
    return shape;
  }
}
