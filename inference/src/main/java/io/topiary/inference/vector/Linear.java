package io.topiary.inference.vector;

import io.topiary.inference.kernel.DenseRows;
import io.topiary.inference.kernel.SparseRows;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Scalar products for one image: over a whole row, or of a row in every lane, by gathering. */
final class Linear {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private Linear() {}

  static void run(DenseRows layer, float[] arena, int in, int out, int residual) {
    var inputs = layer.inputs();
    var bias = layer.bias();
    for (var row = 0; row < bias.length; row++) {
      var sum = bias[row] + whole(layer.weights(), row * inputs, (row + 1) * inputs, arena, in);
      sum += residual < 0 ? 0 : arena[residual + row];
      arena[out + row] = layer.relu() && sum < 0 ? 0 : sum;
    }
  }

  static void run(SparseRows layer, float[] arena, int in, int out, boolean relu) {
    var weights = layer.weights();
    var columns = layer.columns();
    var slices = layer.slices();
    var rows = layer.rows();
    var floor = relu ? 0 : Float.NEGATIVE_INFINITY;
    var sums = new float[LANES];
    for (var slice = 0; slice < slices.length - 1; slice++) {
      var s0 = FloatVector.fromArray(SPECIES, layer.bias(), slice * LANES);
      var s1 = FloatVector.zero(SPECIES);
      var end = slices[slice + 1];
      var k = slices[slice];
      for (; k + LANES < end; k += 2 * LANES) {
        s0 = gathered(weights, columns, k, arena, in, s0);
        s1 = gathered(weights, columns, k + LANES, arena, in, s1);
      }
      for (; k < end; k += LANES) {
        s0 = gathered(weights, columns, k, arena, in, s0);
      }
      s0 = s0.add(s1);
      s0.blend(0f, s0.lt(floor)).intoArray(sums, 0);
      for (var i = 0; i < LANES; i++) {
        arena[out + rows[slice * LANES + i]] = sums[i];
      }
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

  private static FloatVector gathered(
      float[] weights, int[] columns, int k, float[] arena, int in, FloatVector sums) {
    return FloatVector.fromArray(SPECIES, weights, k)
        .fma(FloatVector.fromArray(SPECIES, arena, in, columns, k), sums);
  }
}
