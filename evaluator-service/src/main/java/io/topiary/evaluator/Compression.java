package io.topiary.evaluator;

import io.topiary.engine.Weights;
import io.topiary.schemas.LayerSparsity;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.network.Flops;
import io.topiary.sparsity.network.Parameter;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much smaller the zeros make a network. Parameters are what training changes: the running
 * statistics of BatchNorm are none.
 *
 * <p>Source of sparsity and theoretical speedup: Zimmer, Spiegel and Pokutta, 2023, ICLR (arXiv
 * 2111.00843).
 *
 * @param layers the prunable tensors, in the network's order
 * @param sparsity zeros over elements of the prunable tensors
 * @param parameterSparsity zeros over elements of all parameters
 * @param flopsDense multiply-adds of one image, all weights counted
 * @param flopsSparse multiply-adds of one image, each layer's times its fraction of non-zeros
 * @param theoreticalSpeedup see {@link Flops#theoreticalSpeedup}
 * @param bytesDense 4 bytes for each element of all parameters
 * @param bytesSparse what {@link CheckpointFile#writeSparse} stores of all parameters: of weights
 *     with many zeros the others and a bit mask, of all else 4 bytes for each element
 */
record Compression(
    List<LayerSparsity> layers,
    double sparsity,
    double parameterSparsity,
    long flopsDense,
    double flopsSparse,
    double theoreticalSpeedup,
    long bytesDense,
    long bytesSparse) {

  static Compression of(Weights weights) {
    var network = weights.network();
    var zeros = new LinkedHashMap<String, Long>();
    network.trainable().forEach(p -> zeros.put(p.name(), zeros(weights.values(p))));
    var elements = elements(network.trainable());
    var prunable = elements(network.prunable());
    var sparsities = new LinkedHashMap<String, Double>();
    network
        .prunable()
        .forEach(
            p ->
                sparsities.put(
                    p.name(), zeros.getOrDefault(p.name(), 0L) / (double) p.shape().elements()));
    var flops = Flops.of(network, sparsities);
    var layers = layers(flops, zeros);
    return new Compression(
        layers,
        layers.stream().mapToLong(LayerSparsity::getZeros).sum() / (double) prunable,
        zeros.values().stream().mapToLong(Long::longValue).sum() / (double) elements,
        flops.dense(),
        flops.sparse(),
        flops.theoreticalSpeedup(),
        elements * Float.BYTES,
        network.trainable().stream()
            .mapToLong(p -> CheckpointFile.sparseBytes(p, weights.values(p)))
            .sum());
  }

  private static List<LayerSparsity> layers(Flops flops, Map<String, Long> zeros) {
    return flops.layers().stream()
        .map(
            layer ->
                new LayerSparsity(
                    layer.parameter(),
                    layer.weight().elements(),
                    zeros.getOrDefault(layer.parameter(), 0L),
                    layer.dense()))
        .toList();
  }

  private static long elements(List<Parameter> parameters) {
    return parameters.stream().mapToLong(parameter -> parameter.shape().elements()).sum();
  }

  private static long zeros(FloatBuffer values) {
    var zeros = 0L;
    while (values.hasRemaining()) {
      if (values.get() == 0) {
        zeros++;
      }
    }
    return zeros;
  }
}
