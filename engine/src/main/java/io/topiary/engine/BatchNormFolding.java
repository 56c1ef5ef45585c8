package io.topiary.engine;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Gemm;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Takes BatchNorm, with its running statistics, into the convolution or linear layer before it,
 * where nobody else reads that:
 *
 * <pre>{@code
 * weight' = weight * s,  bias' = (bias - mean) * s + beta,  s = gamma / sqrt(var + epsilon)
 * }</pre>
 *
 * <p>for every output channel. The scores stay the same but for rounding; only inference can do so,
 * as training needs the statistics of the batch.
 *
 * <p>Source: Jacob et al., 2018, Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference, CVPR (arXiv 1712.05877), section 3.2.
 */
final class BatchNormFolding {
  private final Network network;
  private final Map<String, FloatBuffer> values = new HashMap<>();

  private BatchNormFolding(Weights weights) {
    network = weights.network();
    network.parameters().forEach(p -> values.put(p.name(), weights.values(p)));
  }

  /** The same function of an image, with fewer nodes. */
  static Weights fold(Weights weights) {
    return new BatchNormFolding(weights).folded();
  }

  private Weights folded() {
    Map<String, Long> readers =
        network.nodes().stream()
            .flatMap(node -> node.inputs().stream())
            .collect(groupingBy(Function.identity(), counting()));
    Map<String, Node> kept = new LinkedHashMap<>();
    Map<String, String> renamed = new HashMap<>();
    for (Node node : network.nodes()) {
      String first = node.inputs().get(0);
      Node before = kept.get(first);
      if (node.operator() instanceof BatchNormalization norm
          && before != null
          && isLinear(before.operator())
          && readers.getOrDefault(first, 0L) == 1) {
        fold(before, node, norm);
        kept.put(first, new Node(first, withBias(before.operator()), before.inputs()));
        renamed.put(node.name(), first);
      } else {
        List<String> inputs =
            node.inputs().stream().map(input -> renamed.getOrDefault(input, input)).toList();
        kept.put(node.name(), new Node(node.name(), node.operator(), inputs));
      }
    }
    Network folded = new Network(network.name(), network.input(), new ArrayList<>(kept.values()));
    return Weights.copyOf(folded, parameter -> value(parameter.name()));
  }

  private void fold(Node layer, Node normalization, BatchNormalization operator) {
    FloatBuffer weight = value(layer.name() + ".weight");
    FloatBuffer gamma = value(normalization.name() + ".weight");
    FloatBuffer beta = value(normalization.name() + ".bias");
    FloatBuffer mean = value(normalization.name() + ".running_mean");
    FloatBuffer variance = value(normalization.name() + ".running_var");
    int channels = gamma.remaining();
    int row = weight.remaining() / channels;
    float[] scaled = new float[weight.remaining()];
    float[] bias = new float[channels];
    if (hasBias(layer.operator())) {
      value(layer.name() + ".bias").get(bias);
    }
    for (int channel = 0; channel < channels; channel++) {
      double scale =
          gamma.get(channel) / Math.sqrt((double) variance.get(channel) + operator.epsilon());
      bias[channel] =
          (float) ((bias[channel] - mean.get(channel)) * scale + (double) beta.get(channel));
      for (int i = channel * row; i < (channel + 1) * row; i++) {
        scaled[i] = (float) (weight.get(i) * scale);
      }
    }
    values.put(layer.name() + ".weight", FloatBuffer.wrap(scaled));
    values.put(layer.name() + ".bias", FloatBuffer.wrap(bias));
  }

  private FloatBuffer value(String name) {
    return Objects.requireNonNull(values.get(name), name).duplicate();
  }

  private static boolean isLinear(Operator operator) {
    return operator instanceof Conv || operator instanceof Gemm;
  }

  private static boolean hasBias(Operator operator) {
    return operator instanceof Conv conv ? conv.bias() : ((Gemm) operator).bias();
  }

  private static Operator withBias(Operator operator) {
    return operator instanceof Conv conv
        ? new Conv(
            conv.outChannels(),
            conv.kernel(),
            conv.stride(),
            conv.padding(),
            conv.dilation(),
            conv.groups(),
            true)
        : new Gemm(((Gemm) operator).outFeatures(), true);
  }
}
