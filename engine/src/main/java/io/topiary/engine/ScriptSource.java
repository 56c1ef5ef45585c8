package io.topiary.engine;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import io.topiary.sparsity.network.Extent;
import io.topiary.sparsity.network.Network;
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
import io.topiary.sparsity.network.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * A network's inference in TorchScript, as two methods of one module: {@code pack} lays parameters
 * out as {@code forward} reads them, and {@code forward} makes scores of images. Both get all
 * parameters, in the network's order.
 *
 * <p>Plain, it is PyTorch's operators one after the other. Fused, convolutions are those that
 * PyTorch's compiler calls on a CPU ({@code torch.ops.mkldnn}): oneDNN's, with weights packed for
 * one size of batch, and the sum and the ReLU that follow done while values are still in registers.
 * Linear layers gain nothing by it.
 */
final class ScriptSource {
  /** The name of the module. */
  static final String MODULE = "ScriptedNetwork";

  /** The method that is called once, with all parameters, for what {@code forward} is given. */
  static final String PACK = "pack";

  private final Network network;
  private final ForwardPlan plan;
  private final ScriptFusion fusion;
  private final boolean fused;
  private final int images;
  private final Map<String, Node> nodes;
  private final Map<String, Integer> parameters = new HashMap<>();
  private final Map<String, String> variables = new HashMap<>();
  private final List<String> packed = new ArrayList<>();
  private final List<String> statements = new ArrayList<>();

  private ScriptSource(Network network, boolean fused, int images) {
    this.network = network;
    this.fused = fused;
    this.images = images;
    plan = ForwardPlan.of(network);
    fusion = fused ? ScriptFusion.of(network) : ScriptFusion.none();
    nodes = network.nodes().stream().collect(toMap(Node::name, Function.identity()));
    for (Parameter parameter : network.parameters()) {
      packed.add("p[%d]".formatted(parameters.size()));
      parameters.put(parameter.name(), parameters.size());
    }
    variables.put(Network.INPUT, "x");
  }

  /** Operator by operator. */
  static String plain(Network network) {
    return new ScriptSource(network, false, 1).methods();
  }

  /**
   * By oneDNN's operators, which compute channels-last.
   *
   * @param images that weights are packed for; any other number is computed too
   */
  static String fused(Network network, int images) {
    return new ScriptSource(network, true, images).methods();
  }

  private String methods() {
    for (Node node : fused ? network.nodes() : plan.nodes()) {
      if (!fusion.absorbs(node)) {
        String variable = "v%d".formatted(variables.size());
        statements.add("    %s = %s\n".formatted(variable, expression(node)));
        variables.put(node.name(), variable);
      }
    }
    return """
      def pack(self: __torch__.%1$s,
        p: List[Tensor]) -> List[Tensor]:
        return [%2$s]
      def forward(self: __torch__.%1$s,
        x: Tensor,
        p: List[Tensor]) -> Tensor:
    %3$s    return %4$s
    """
        .formatted(
            MODULE,
            String.join(", ", packed),
            String.join("", statements),
            variable(network.output().name()));
  }

  private String expression(Node node) {
    Operator operator = node.operator();
    if (operator instanceof Conv conv) {
      return fused ? oneDnn(node, false) : conv(node, conv);
    } else if (operator instanceof Gemm) {
      return "torch.linear(%s, %s, %s)"
          .formatted(input(node), parameter(node, "weight"), bias(node));
    } else if (operator instanceof Add) {
      return fusion.termOf(node).isPresent() ? oneDnn(node, false) : add(node);
    } else if (operator instanceof Relu) {
      return relu(node);
    } else if (operator instanceof BatchNormalization norm) {
      return "torch.batch_norm(%s, %s, %s, %s, %s, False, %s, %s, False)"
          .formatted(
              input(node),
              parameter(node, "weight"),
              parameter(node, "bias"),
              parameter(node, "running_mean"),
              parameter(node, "running_var"),
              norm.momentum(),
              norm.epsilon());
    }
    return withoutParameters(operator, input(node));
  }

  private static String withoutParameters(Operator operator, String x) {
    if (operator instanceof MaxPool pool) {
      return "torch.max_pool2d(%s, %s, %s, %s, [1, 1], False)"
          .formatted(x, pair(pool.kernel()), pair(pool.stride()), pair(pool.padding()));
    } else if (operator instanceof AveragePool pool) {
      return "torch.avg_pool2d(%s, %s, %s, %s, False, %s, None)"
          .formatted(
              x,
              pair(pool.kernel()),
              pair(pool.stride()),
              pair(pool.padding()),
              pool.countIncludePad() ? "True" : "False");
    } else if (operator instanceof GlobalAveragePool) {
      return "torch.mean(%s, [2, 3], True)".formatted(x);
    } else if (operator instanceof Flatten) {
      return "torch.flatten(%s, 1, -1)".formatted(x);
    } else if (operator instanceof Slice slice) {
      return "torch.slice(torch.slice(%s, 2, 0, %2$d, %3$d), 3, 0, %2$d, %4$d)"
          .formatted(x, Long.MAX_VALUE, slice.steps().height(), slice.steps().width());
    } else if (operator instanceof Pad pad) {
      return "torch.constant_pad_nd(%s, [0, 0, 0, 0, %d, %d], 0)"
          .formatted(x, pad.channelsBefore(), pad.channelsAfter());
    }
    throw new IllegalStateException(operator + " cannot be written in TorchScript.");
  }

  private String conv(Node node, Conv conv) {
    return "torch.conv2d(%s, %s, %s, %s, %s, %s, %d)"
        .formatted(
            input(node),
            parameter(node, "weight"),
            bias(node),
            pair(conv.stride()),
            pair(conv.padding()),
            pair(conv.dilation()),
            conv.groups());
  }

  private String relu(Node node) {
    Node before = nodes.get(node.inputs().get(0));
    if (before != null && fusion.absorbs(before)) {
      return oneDnn(before, true);
    }
    return (plan.inPlace().contains(node.name()) ? "torch.relu_(%s)" : "torch.relu(%s)")
        .formatted(input(node));
  }

  private String add(Node node) {
    String first = variable(node.inputs().get(0));
    String second = variable(node.inputs().get(1));
    if (plan.overFirst().contains(node.name())) {
      return "torch.add_(%s, %s)".formatted(first, second);
    }
    return plan.overSecond().contains(node.name())
        ? "torch.add_(%s, %s)".formatted(second, first)
        : "torch.add(%s, %s)".formatted(first, second);
  }

  /** A convolution, or one that is added to what is there, and ReLU of it. */
  private String oneDnn(Node node, boolean relu) {
    String none = "annotate(List[Optional[number]], [])";
    String activation = relu ? "\"relu\"" : "\"none\"";
    if (node.operator() instanceof Conv conv) {
      return "ops.mkldnn._convolution_pointwise(%s, %s, %s, %s, %s, %s, \"\")"
          .formatted(input(node), packed(node, conv), bias(node), window(conv), activation, none);
    }
    Node term = fusion.termOf(node).orElseThrow();
    Conv conv = (Conv) term.operator();
    return "ops.mkldnn._convolution_pointwise_(%s, %s, %s, %s, %s, \"add\", 1, %s, %s, None)"
        .formatted(
            variable(ScriptFusion.other(node, term)),
            input(term),
            packed(term, conv),
            bias(term),
            window(conv),
            relu ? activation : "None",
            none);
  }

  /** The place of a weight that {@code pack} brings into oneDNN's order. */
  private String packed(Node node, Conv conv) {
    int place = place(node, "weight");
    String image =
        network.shape(node.inputs().get(0)).dimensions().stream()
            .map(String::valueOf)
            .collect(joining(", "));
    packed.set(
        place,
        "ops.mkldnn._reorder_convolution_weight(p[%d], %s, [%d, %s])"
            .formatted(place, window(conv), images, image));
    return parameter(node, "weight");
  }

  private String input(Node node) {
    return variable(node.inputs().get(0));
  }

  private String variable(String node) {
    return Objects.requireNonNull(variables.get(node), node);
  }

  private String parameter(Node node, String suffix) {
    return "p[%d]".formatted(place(node, suffix));
  }

  private int place(Node node, String suffix) {
    String name = node.name() + "." + suffix;
    return Objects.requireNonNull(parameters.get(name), name);
  }

  private String bias(Node node) {
    return parameters.containsKey(node.name() + ".bias") ? parameter(node, "bias") : "None";
  }

  /** Padding, stride, dilation and groups, in the order of oneDNN's operators. */
  private static String window(Conv conv) {
    return "%s, %s, %s, %d"
        .formatted(pair(conv.padding()), pair(conv.stride()), pair(conv.dilation()), conv.groups());
  }

  private static String pair(Extent extent) {
    return "[%d, %d]".formatted(extent.height(), extent.width());
  }
}
