package io.topiary.sparsity.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The work of one inference, as multiply-adds of convolutions and linear layers per image. A layer
 * uses each of its weights once for every place of its output:
 *
 * <pre>{@code
 * Conv: outChannels * (inChannels / groups) * kernel height * kernel width * out height * out width
 * Gemm: outFeatures * inFeatures
 * }</pre>
 *
 * <p>Places are counted on the true shape of the output, whatever stride, padding and dilation make
 * of it.
 */
public final class Flops {

  private Flops() {}

  /** The work of one layer, by the name of its weight, with no weight pruned. */
  public record LayerFlops(String parameter, long flops) {}

  /** The work of every layer that can be pruned, in the order of the network. */
  public static List<LayerFlops> of(Network network) {
    var shapes = network.shapes();
    var layers = new ArrayList<LayerFlops>();
    for (var node : network.nodes()) {
      for (var parameter : Network.parameters(node, shapes)) {
        if (parameter.role().prunable()) {
          layers.add(new LayerFlops(parameter.name(), flops(parameter, node, shapes)));
        }
      }
    }
    return layers;
  }

  /**
   * How many times less work the sparse network is, if zeros cost nothing: FLOPs of the dense
   * network over the sum of every layer's FLOPs times its fraction of non-zero weights. What a
   * machine makes of it is another matter.
   *
   * @param sparsities zeros over elements of every prunable tensor, by name
   */
  public static double theoreticalSpeedup(Network network, Map<String, Double> sparsities) {
    var dense = 0.0;
    var sparse = 0.0;
    for (var layer : of(network)) {
      var sparsity = sparsities.get(layer.parameter);
      if (sparsity == null || !(sparsity >= 0 && sparsity <= 1)) {
        throw new IllegalArgumentException(
            "the sparsity of '%s' is %s; it must be in [0, 1]"
                .formatted(layer.parameter, sparsity));
      }
      dense += layer.flops;
      sparse += layer.flops * (1 - sparsity);
    }
    return dense / sparse;
  }

  private static long flops(Parameter weight, Node node, Map<String, Shape> shapes) {
    var output = Network.shape(node.name(), shapes);
    var places = output.rank() == 3 ? (long) output.dimension(1) * output.dimension(2) : 1;
    try {
      return Math.multiplyExact(weight.shape().elements(), places);
    } catch (ArithmeticException e) {
      throw new NetworkException(
          "%s takes more than %d multiply-adds.".formatted(node, Long.MAX_VALUE), e);
    }
  }
}
