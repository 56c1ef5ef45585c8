package io.topiary.sparsity.network;

import java.util.List;

/**
 * One step of a network.
 *
 * @param name names the step and what comes out of it, for example {@code layer1.0.conv1}
 * @param inputs the nodes whose outputs go in, or {@link Network#INPUT}
 */
public record Node(String name, Operator operator, List<String> inputs) {

  /**
   * @throws NetworkException when a name has a character that no name may have
   */
  public Node {
    Names.requirePlain("Node", name);
    inputs.forEach(input -> Names.requirePlain("Node", input));
    inputs = List.copyOf(inputs);
  }

  /** As errors speak of it, for example {@code Node 'conv1' (Conv)}. */
  @Override
  public String toString() {
    return "Node '" + name + "' (" + operator.name() + ")";
  }
}
