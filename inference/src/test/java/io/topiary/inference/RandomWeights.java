package io.topiary.inference;

import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Weights from a seed, a share of them zero, of a size that keeps activations near 1. */
final class RandomWeights {

  private final Map<String, float[]> values = new HashMap<>();

  RandomWeights(Network network, double sparsity, Random random) {
    for (var parameter : network.parameters()) {
      values.put(parameter.name(), elements(parameter, sparsity, random));
    }
  }

  private static float[] elements(Parameter parameter, double sparsity, Random random) {
    var elements = new float[(int) parameter.shape().elements()];
    var row = elements.length / Math.max(1, parameter.shape().dimension(0));
    var scale = Math.sqrt(2 / (Math.max(0.02, 1 - sparsity) * row));
    for (var i = 0; i < elements.length; i++) {
      elements[i] =
          switch (parameter.role()) {
            case WEIGHT ->
                random.nextDouble() < sparsity ? 0 : (float) (scale * random.nextGaussian());
            case NORM_WEIGHT, RUNNING_VAR -> 0.5f + random.nextFloat();
            case BIAS, NORM_BIAS, RUNNING_MEAN -> 0.2f * (float) random.nextGaussian();
          };
    }
    return elements;
  }

  FloatBuffer buffer(Parameter parameter) {
    return FloatBuffer.wrap(values.get(parameter.name())).asReadOnlyBuffer();
  }

  /** The elements of a node's n-th parameter, to read or to change. */
  float[] of(Node node, int index, Shape input) {
    return values.get(node.operator().parameters(node.name(), input).get(index).name());
  }

  static float[] images(Network network, int count, Random random) {
    var images = new float[count * (int) network.input().elements()];
    for (var i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    return images;
  }
}
