package io.topiary.sparsity.network;

import static io.topiary.sparsity.network.Requirements.require;
import static java.util.stream.Collectors.joining;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network that tells images apart: nodes in the order they run in, the last of which yields one
 * score per class. A network that exists holds together: every input is the image or an earlier
 * node, every shape fits, and every node but the last is read.
 *
 * @param input shape of one image, {@code [channels, height, width]} or flat
 */
public record Network(String name, Shape input, List<Node> nodes) {

  /** What nodes call the image. */
  public static final String INPUT = "input";

  /**
   * The most elements that a parameter, or a node's output for one image, may have: as 32-bit
   * floats they are less than 2 GiB, the most that one buffer holds.
   */
  public static final int MOST_ELEMENTS = Integer.MAX_VALUE / Float.BYTES;

  /**
   * @throws NetworkException naming the node that does not fit
   */
  public Network {
    nodes = List.copyOf(nodes);
    Names.requirePlain("Network", name);
    if (name.isBlank()) {
      throw new NetworkException("A network needs a name.");
    }
    if ((input.rank() != 3 && input.rank() != 1) || input.elements() == 0) {
      throw new NetworkException(
          ("Network '%s' has input %s; it must be [channels, height, width] or [features], all at"
                  + " least 1.")
              .formatted(name, input));
    }
    if (input.elements() > MOST_ELEMENTS) {
      throw new NetworkException(
          "Network '%s' has input %s of %d elements; it must have at most %d."
              .formatted(name, input, input.elements(), MOST_ELEMENTS));
    }
    if (nodes.isEmpty()) {
      throw new NetworkException("Network '%s' has no nodes.".formatted(name));
    }
    var shapes = infer(input, nodes);
    requireEveryOutputRead(nodes);
    var output = nodes.get(nodes.size() - 1);
    var scores = shape(output.name(), shapes);
    if (scores.rank() != 1) {
      throw new NetworkException(
          "%s is the last and yields %s; it must yield one score per class, [classes]."
              .formatted(output, scores));
    }
  }

  /** The shape of the image, under {@link #INPUT}, and of every node's output, in order. */
  public Map<String, Shape> shapes() {
    return Collections.unmodifiableMap(infer(input, nodes));
  }

  /** The shape of what the named node yields, or of the image. */
  public Shape shape(String node) {
    return shape(node, shapes());
  }

  /** The node that yields the scores. */
  public Node output() {
    return nodes.get(nodes.size() - 1);
  }

  /** The number of classes that the network tells apart. */
  public int classes() {
    return shape(output().name()).dimension(0);
  }

  /** All that the network's state consists of, in the order of the nodes. */
  public List<Parameter> parameters() {
    var shapes = shapes();
    return nodes.stream().flatMap(node -> parameters(node, shapes).stream()).toList();
  }

  /** The parameters that the optimiser changes: all but running statistics. */
  public List<Parameter> trainable() {
    return parameters().stream().filter(parameter -> parameter.role().trainable()).toList();
  }

  /** The parameters that pruning ranks: weights of convolutions and linear layers. */
  public List<Parameter> prunable() {
    return parameters().stream().filter(parameter -> parameter.role().prunable()).toList();
  }

  static List<Parameter> parameters(Node node, Map<String, Shape> shapes) {
    return node.operator().parameters(node.name(), shape(node.inputs().get(0), shapes));
  }

  static Shape shape(String node, Map<String, Shape> shapes) {
    var shape = shapes.get(node);
    if (shape == null) {
      throw new IllegalArgumentException("there is no node '" + node + "'");
    }
    return shape;
  }

  private static Map<String, Shape> infer(Shape input, List<Node> nodes) {
    var shapes = new LinkedHashMap<String, Shape>();
    shapes.put(INPUT, input);
    for (var node : nodes) {
      if (node.name().isBlank()) {
        throw new NetworkException(node + " needs a name.");
      }
      var shape = output(node, shapes);
      if (shapes.put(node.name(), shape) != null) {
        throw new NetworkException(node + " has a name that is taken; names are unique.");
      }
    }
    return shapes;
  }

  private static Shape output(Node node, Map<String, Shape> shapes) {
    var arity = node.operator().arity();
    if (node.inputs().size() != arity) {
      throw new NetworkException(
          "%s reads %d inputs; it must read %d.".formatted(node, node.inputs().size(), arity));
    }
    for (var input : node.inputs()) {
      if (!shapes.containsKey(input)) {
        throw new NetworkException(
            "%s reads '%s', which is neither '%s' nor an earlier node."
                .formatted(node, input, INPUT));
      }
    }
    try {
      var inputs = node.inputs().stream().map(input -> shape(input, shapes)).toList();
      // A parameter that is too large shows here, and not when somebody asks for it.
      for (var parameter : node.operator().parameters(node.name(), inputs.get(0))) {
        requireAddressable("its parameter '%s'".formatted(parameter.name()), parameter.shape());
      }
      var output = node.operator().output(inputs);
      requireAddressable("its output", output);
      return output;
    } catch (NetworkException e) {
      throw new NetworkException("%s: %s".formatted(node, e.getMessage()), e);
    }
  }

  private static void requireAddressable(String what, Shape shape) {
    require(
        shape.elements() <= MOST_ELEMENTS,
        "%s has shape %s and so %d elements; it must have at most %d"
            .formatted(what, shape, shape.elements(), MOST_ELEMENTS));
  }

  private static void requireEveryOutputRead(List<Node> nodes) {
    var unread = new HashSet<String>();
    nodes.forEach(node -> unread.add(node.name()));
    nodes.forEach(node -> node.inputs().forEach(unread::remove));
    unread.remove(nodes.get(nodes.size() - 1).name());
    if (!unread.isEmpty()) {
      throw new NetworkException(
          "The output of %s is read by no other node."
              .formatted(unread.stream().sorted().map(n -> "'" + n + "'").collect(joining(", "))));
    }
  }
}
