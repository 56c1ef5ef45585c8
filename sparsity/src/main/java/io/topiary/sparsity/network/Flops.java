package io.topiary.sparsity.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

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
 * of it. (A published implementation, that of Zimmer, Spiegel and Pokutta, 2023, ICLR, arXiv
 * 2111.00843, counts {@code ceil(in / stride)} rows and columns instead, which is the same for
 * "same" padding.) Biases, normalisation, pooling and additions count nothing. A layer of sparsity
 * s is left with 1 - s of its multiply-adds, as if zeros cost nothing; what a machine makes of it
 * is another matter.
 *
 * <p>Source of the theoretical speedup, dense over sparse multiply-adds: the same paper.
 *
 * @param layers every layer that can be pruned, in the order of the network
 */
public record Flops(List<LayerFlops> layers) {

  public Flops {
    layers = List.copyOf(layers);
  }

  /**
   * The work of one layer.
   *
   * @param parameter the name of its weight
   * @param weight the shape of its weight
   * @param output the shape of what it yields for one image
   * @param dense multiply-adds with no weight pruned
   * @param sparsity zeros over elements of its weight, in [0, 1]
   */
  public record LayerFlops(
      String parameter, Shape weight, Shape output, long dense, double sparsity) {

    /** Multiply-adds that the weights other than zero take: {@code dense * (1 - sparsity)}. */
    public double sparse() {
      return dense * (1 - sparsity);
    }
  }

  /**
   * The work of a network with no weight pruned.
   *
   * @throws NetworkException when it is more than can be counted
   */
  public static Flops of(Network network) {
    return of(
        network,
        network.prunable().stream().collect(Collectors.toMap(Parameter::name, weight -> 0.0)));
  }

  /**
   * The work of a pruned network.
   *
   * @param sparsities zeros over elements of every prunable tensor and of no other, by name; a
   *     mask's {@code sparsities()} are such
   * @throws NetworkException when it is more than can be counted
   */
  public static Flops of(Network network, Map<String, Double> sparsities) {
    var shapes = network.shapes();
    var layers = new ArrayList<LayerFlops>();
    var total = 0L;
    for (var node : network.nodes()) {
      var output = Network.shape(node.name(), shapes);
      for (var parameter : Network.parameters(node, shapes)) {
        if (parameter.role().prunable()) {
          var dense =
              exact(node, () -> Math.multiplyExact(parameter.shape().elements(), places(output)));
          var before = total;
          total = exact(node, () -> Math.addExact(before, dense));
          layers.add(
              new LayerFlops(
                  parameter.name(),
                  parameter.shape(),
                  output,
                  dense,
                  sparsity(parameter.name(), sparsities)));
        }
      }
    }
    if (sparsities.size() != layers.size()) {
      throw new IllegalArgumentException(
          "there are sparsities of %s; the network has %s"
              .formatted(sparsities.keySet(), layers.stream().map(LayerFlops::parameter).toList()));
    }
    return new Flops(layers);
  }

  /** Multiply-adds with no weight pruned. */
  public long dense() {
    return layers.stream().mapToLong(LayerFlops::dense).sum();
  }

  /** Multiply-adds that the weights other than zero take. */
  public double sparse() {
    return layers.stream().mapToDouble(LayerFlops::sparse).sum();
  }

  /**
   * How many times less work the sparse network is: {@code dense / sparse}. It depends on where the
   * zeros are, and is infinite when every weight is pruned; 1 when there is none to prune.
   */
  public double theoreticalSpeedup() {
    return dense() == 0 ? 1 : dense() / sparse();
  }

  private static long places(Shape output) {
    return output.rank() == 3 ? (long) output.dimension(1) * output.dimension(2) : 1;
  }

  private static double sparsity(String parameter, Map<String, Double> sparsities) {
    var sparsity = sparsities.get(parameter);
    if (sparsity == null || !(sparsity >= 0 && sparsity <= 1)) {
      throw new IllegalArgumentException(
          "the sparsity of '%s' is %s; it must be in [0, 1]".formatted(parameter, sparsity));
    }
    return sparsity;
  }

  private static long exact(Node node, LongSupplier count) {
    try {
      return count.getAsLong();
    } catch (ArithmeticException e) {
      throw new NetworkException(
          "%s takes the network past %d multiply-adds.".formatted(node, Long.MAX_VALUE), e);
    }
  }
}
