package io.topiary.inference.vector;

import io.topiary.inference.kernel.LinearRows;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Scalar products for one image: over whole rows, or gathering what a row's weights ask for. */
final class Linear {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private Linear() {}

  static void run(LinearRows layer, float[] arena, int in, int out, int residual) {
    var rows = layer.rows();
    var bias = layer.bias();
    for (var row = 0; row < bias.length; row++) {
      var sum = bias[row];
      sum +=
          layer.dense()
              ? whole(layer.weights(), rows[row], rows[row + 1], arena, in)
              : gathered(layer.weights(), layer.columns(), rows[row], rows[row + 1], arena, in);
      sum += residual < 0 ? 0 : arena[residual + row];
      arena[out + row] = layer.relu() && sum < 0 ? 0 : sum;
    }
  }

  private static float whole(float[] weights, int begin, int end, float[] arena, int in) {
    var s0 = FloatVector.zero(SPECIES);
    var s1 = s0;
    var s2 = s0;
    var s3 = s0;
    var k = begin;
    var p = in;
    for (; k + 4 * LANES <= end; k += 4 * LANES, p += 4 * LANES) {
      s0 = product(weights, k, arena, p, s0);
      s1 = product(weights, k + LANES, arena, p + LANES, s1);
      s2 = product(weights, k + 2 * LANES, arena, p + 2 * LANES, s2);
      s3 = product(weights, k + 3 * LANES, arena, p + 3 * LANES, s3);
    }
    for (; k + LANES <= end; k += LANES, p += LANES) {
      s0 = product(weights, k, arena, p, s0);
    }
    var sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    for (; k < end; k++, p++) {
      sum += weights[k] * arena[p];
    }
    return sum;
  }

  private static FloatVector product(float[] weights, int k, float[] arena, int p, FloatVector s) {
    return FloatVector.fromArray(SPECIES, weights, k)
        .fma(FloatVector.fromArray(SPECIES, arena, p), s);
  }

  private static float gathered(
      float[] weights, int[] columns, int begin, int end, float[] arena, int in) {
    var v0 = FloatVector.zero(SPECIES);
    var v1 = FloatVector.zero(SPECIES);
    var k = begin;
    for (; k + 2 * LANES <= end; k += 2 * LANES) {
      v0 = gathered(weights, columns, k, arena, in, v0);
      v1 = gathered(weights, columns, k + LANES, arena, in, v1);
    }
    if (k + LANES <= end) {
      v0 = gathered(weights, columns, k, arena, in, v0);
      k += LANES;
    }
    var sum = v0.add(v1).reduceLanes(VectorOperators.ADD);
    for (; k < end; k++) {
      sum += weights[k] * arena[in + columns[k]];
    }
    return sum;
  }

  private static FloatVector gathered(
      float[] weights, int[] columns, int k, float[] arena, int in, FloatVector sums) {
    return FloatVector.fromArray(SPECIES, weights, k)
        .fma(FloatVector.fromArray(SPECIES, arena, in, columns, k), sums);
  }
}
