package io.topiary.engine;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator.Add;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.MaxPool;
import io.topiary.sparsity.network.Operator.Relu;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * How a network is computed: the same numbers as node by node, with less work.
 *
 * <ul>
 *   <li>A ReLU that only a max pool reads is done after it, on as many fewer values as the pool
 *       leaves. Both are monotone, so max(relu(x)) = relu(max(x)) to the bit; and the gradient is
 *       the same too, because it reaches the window's largest value exactly when that is above 0.
 *   <li>A sum is written over its first or second term where that is the output of a convolution or
 *       BatchNorm, whose backward passes do not need their outputs, and nobody else reads it.
 *   <li>A ReLU is written over what it reads where that is the output of a convolution, BatchNorm
 *       or sum, and nobody else reads it.
 * </ul>
 *
 * @param nodes in the order in which they run, under the network's own names
 * @param overFirst sums that are written over their first term
 * @param overSecond sums that are written over their second term
 * @param inPlace ReLUs that are written over what they read
 * @param readLastBy of every node, the nodes whose outputs nobody needs once it has run, terms that
 *     a sum was written over left out. PyTorch keeps what a backward pass needs of them by itself;
 *     the rest would be most of the memory of a deep network
 */
record ForwardPlan(
    List<Node> nodes,
    Set<String> overFirst,
    Set<String> overSecond,
    Set<String> inPlace,
    Map<String, List<String>> readLastBy) {

  static ForwardPlan of(Network network) {
    Map<String, Node> byName =
        network.nodes().stream().collect(toMap(Node::name, Function.identity()));
    Map<String, Long> readers =
        network.nodes().stream()
            .flatMap(node -> node.inputs().stream())
            .collect(groupingBy(Function.identity(), counting()));
    Set<String> spent =
        network.nodes().stream()
            .filter(
                node ->
                    node.operator() instanceof Conv
                        || node.operator() instanceof BatchNormalization)
            .map(Node::name)
            .filter(name -> readers.getOrDefault(name, 0L) == 1)
            .collect(toSet());
    Set<String> overFirst = sums(network, sum -> spent.contains(sum.inputs().get(0)));
    Set<String> overSecond =
        sums(
            network, sum -> !overFirst.contains(sum.name()) && spent.contains(sum.inputs().get(1)));
    Set<String> overwritten =
        network.nodes().stream()
            .filter(sum -> overFirst.contains(sum.name()) || overSecond.contains(sum.name()))
            .map(sum -> sum.inputs().get(overFirst.contains(sum.name()) ? 0 : 1))
            .collect(toSet());
    List<Node> nodes = poolsFirst(network, byName, readers);
    return new ForwardPlan(
        nodes, overFirst, overSecond, inPlace(nodes, readers), readLastBy(network, overwritten));
  }

  /** The nodes, with operators exchanged wherever a max pool alone reads a ReLU. */
  private static List<Node> poolsFirst(
      Network network, Map<String, Node> byName, Map<String, Long> readers) {
    Map<String, Node> exchanged = new HashMap<>();
    for (Node pool : network.nodes()) {
      Node relu = byName.get(pool.inputs().get(0));
      if (pool.operator() instanceof MaxPool
          && relu != null
          && relu.operator() instanceof Relu
          && readers.getOrDefault(relu.name(), 0L) == 1) {
        exchanged.put(relu.name(), new Node(relu.name(), pool.operator(), relu.inputs()));
        exchanged.put(pool.name(), new Node(pool.name(), relu.operator(), pool.inputs()));
      }
    }
    return network.nodes().stream().map(node -> exchanged.getOrDefault(node.name(), node)).toList();
  }

  private static Set<String> sums(Network network, Predicate<Node> which) {
    return network.nodes().stream()
        .filter(node -> node.operator() instanceof Add)
        .filter(which)
        .map(Node::name)
        .collect(toSet());
  }

  /** Of one reader, and as large as images are: on less a call costs more than the memory. */
  private static Set<String> inPlace(List<Node> nodes, Map<String, Long> readers) {
    Set<String> free =
        nodes.stream()
            .filter(
                node ->
                    node.operator() instanceof Conv
                        || node.operator() instanceof BatchNormalization
                        || node.operator() instanceof Add)
            .map(Node::name)
            .filter(name -> readers.getOrDefault(name, 0L) == 1)
            .collect(toSet());
    return nodes.stream()
        .filter(node -> node.operator() instanceof Relu && free.contains(node.inputs().get(0)))
        .map(Node::name)
        .collect(toSet());
  }

  private static Map<String, List<String>> readLastBy(Network network, Set<String> overwritten) {
    Map<String, String> lastReaders = new HashMap<>();
    network
        .nodes()
        .forEach(node -> node.inputs().forEach(input -> lastReaders.put(input, node.name())));
    // The image belongs to whoever brought it.
    lastReaders.remove(Network.INPUT);
    lastReaders.keySet().removeAll(overwritten);
    return lastReaders.keySet().stream().collect(groupingBy(lastReaders::get));
  }
}
