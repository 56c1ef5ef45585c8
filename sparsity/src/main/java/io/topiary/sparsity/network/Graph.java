package io.topiary.sparsity.network;

import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Operator.GlobalAveragePool;
import io.topiary.sparsity.network.Operator.Relu;
import java.util.ArrayList;
import java.util.List;

/** Writes down nodes one after the other, each reading the last unless told otherwise. */
final class Graph {

  private final List<Node> nodes = new ArrayList<>();
  private String last = Network.INPUT;

  /** Adds a node that reads the last one. */
  Graph then(String name, Operator operator) {
    return add(name, operator, last);
  }

  /** Adds a node that reads the named ones. */
  Graph add(String name, Operator operator, String... inputs) {
    nodes.add(new Node(name, operator, List.of(inputs)));
    last = name;
    return this;
  }

  Graph relu(String name) {
    return then(name, new Relu());
  }

  /** A padded 3x3 convolution without bias, and the batch normalisation that gives it one. */
  Graph convolution(String conv, String norm, int channels, int stride) {
    return then(conv, Conv.square(channels, 3, stride, 1, false))
        .then(norm, BatchNormalization.withDefaults());
  }

  /** A 1x1 convolution without bias, and the batch normalisation that gives it one. */
  Graph pointwise(String conv, String norm, int channels, int stride) {
    return then(conv, Conv.square(channels, 1, stride, 0, false))
        .then(norm, BatchNormalization.withDefaults());
  }

  /** The mean of every channel, and one linear layer over them. */
  Graph classifier(String name, int classes) {
    return then("avgpool", new GlobalAveragePool())
        .then("flatten", new Flatten())
        .then(name, new Gemm(classes, true));
  }

  /** Goes back to a node, for the next one to read. */
  Graph from(String name) {
    last = name;
    return this;
  }

  /** What the next node would read. */
  String last() {
    return last;
  }

  List<Node> nodes() {
    return nodes;
  }
}
