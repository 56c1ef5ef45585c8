package io.topiary.engine;

import static java.util.stream.Collectors.toMap;

import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator.Add;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Relu;
import io.topiary.sparsity.network.Operator.Slice;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which nodes of a network oneDNN computes as one: a convolution with the ReLU that alone reads it,
 * and a convolution with a sum and its ReLU. Such a sum is written over its other term.
 */
final class ScriptFusion {
  private final List<Node> nodes;
  private final Map<String, Integer> places;
  private final Map<String, Node> terms = new HashMap<>();
  private final Set<String> absorbed = new HashSet<>();

  private ScriptFusion(List<Node> nodes) {
    this.nodes = nodes;
    places =
        IntStream.range(0, nodes.size())
            .boxed()
            .collect(toMap(place -> nodes.get(place).name(), place -> place));
  }

  /** Every node by itself. */
  static ScriptFusion none() {
    return new ScriptFusion(List.of());
  }

  static ScriptFusion of(Network network) {
    ScriptFusion fusion = new ScriptFusion(network.nodes());
    for (Node node : network.nodes()) {
      if (node.operator() instanceof Add) {
        fusion.term(node).ifPresent(term -> fusion.join(node, term));
      } else if (node.operator() instanceof Relu) {
        fusion.nodes.stream()
            .filter(before -> node.inputs().contains(before.name()))
            .filter(before -> fusion.isFused(before) && fusion.readers(before.name()).size() == 1)
            .forEach(before -> fusion.absorbed.add(before.name()));
      }
    }
    return fusion;
  }

  /** Whether the node is computed with the one that reads it. */
  boolean absorbs(Node node) {
    return absorbed.contains(node.name());
  }

  /** The convolution that is computed with a sum. */
  Optional<Node> termOf(Node sum) {
    return Optional.ofNullable(terms.get(sum.name()));
  }

  private void join(Node sum, Node term) {
    terms.put(sum.name(), term);
    absorbed.add(term.name());
  }

  private boolean isFused(Node node) {
    return node.operator() instanceof Conv || terms.containsKey(node.name());
  }

  /** A convolution that only the sum reads, the later one of two, whose fellow may be lost. */
  private Optional<Node> term(Node sum) {
    return nodes.stream()
        .filter(node -> node.operator() instanceof Conv && sum.inputs().contains(node.name()))
        .filter(node -> readers(node.name()).equals(List.of(sum)))
        .filter(node -> mayOverwrite(other(sum, node), sum))
        .reduce((earlier, later) -> later);
  }

  /** The term of a sum that is not the given one. */
  static String other(Node sum, Node term) {
    return sum.inputs().get(sum.inputs().get(0).equals(term.name()) ? 1 : 0);
  }

  /** Nobody reads it, or a view of it, once the sum is computed; images are not ours. */
  private boolean mayOverwrite(String term, Node sum) {
    return places.containsKey(term)
        && !isView(nodes.get(place(term)))
        && readers(term).stream()
            .allMatch(
                reader ->
                    reader.equals(sum) || (!isView(reader) && latest(reader) < place(sum.name())));
  }

  /** The place of the last node that a node may be computed with. */
  private int latest(Node node) {
    List<Node> readers = readers(node.name());
    boolean waits = node.operator() instanceof Conv || node.operator() instanceof Add;
    return waits && readers.size() == 1
        ? Math.max(place(node.name()), latest(readers.get(0)))
        : place(node.name());
  }

  private int place(String node) {
    return places.getOrDefault(node, -1);
  }

  private List<Node> readers(String node) {
    return nodes.stream()
        .flatMap(reader -> reader.inputs().stream().filter(node::equals).map(input -> reader))
        .toList();
  }

  /** Its output may be the memory of its input. */
  private static boolean isView(Node node) {
    return node.operator() instanceof Slice || node.operator() instanceof Flatten;
  }
}
