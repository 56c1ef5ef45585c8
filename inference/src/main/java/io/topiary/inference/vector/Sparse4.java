package io.topiary.inference.vector;

import io.topiary.inference.kernel.SparseConvolution;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 4 vectors of places for every output of a {@link SparseConvolution}. The sums are local
 * variables, and their number a constant of the class, because only then does the JIT keep them in
 * registers.
 */
final class Sparse4 {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private Sparse4() {}

  static void run(
      SparseConvolution layer,
      int block,
      float[] arena,
      int in,
      int out,
      int residual,
      int step,
      float[] floor,
      int at) {
    var weights = layer.weights();
    var offsets = layer.offsets();
    var rows = layer.rows();
    var bias = layer.bias();
    var outputs = layer.outputs();
    var row = block * outputs;
    var end = rows[row];
    var to = out;
    var add = residual;
    for (var o = 0; o < outputs; o++) {
      var k = end;
      end = rows[row + o + 1];
      var s0 = FloatVector.broadcast(SPECIES, block == 0 ? bias[o] : 0f);
      var s1 = s0;
      var s2 = s0;
      var s3 = s0;
      var t10 = FloatVector.zero(SPECIES);
      var t11 = FloatVector.zero(SPECIES);
      var t12 = FloatVector.zero(SPECIES);
      var t13 = FloatVector.zero(SPECIES);
      for (; k + 1 < end; k += 2) {
        var w0 = FloatVector.broadcast(SPECIES, weights[k]);
        var p0 = in + offsets[k];
        s0 = w0.fma(FloatVector.fromArray(SPECIES, arena, p0), s0);
        s1 = w0.fma(FloatVector.fromArray(SPECIES, arena, p0 + LANES), s1);
        s2 = w0.fma(FloatVector.fromArray(SPECIES, arena, p0 + 2 * LANES), s2);
        s3 = w0.fma(FloatVector.fromArray(SPECIES, arena, p0 + 3 * LANES), s3);
        var w1 = FloatVector.broadcast(SPECIES, weights[k + 1]);
        var p1 = in + offsets[k + 1];
        t10 = w1.fma(FloatVector.fromArray(SPECIES, arena, p1), t10);
        t11 = w1.fma(FloatVector.fromArray(SPECIES, arena, p1 + LANES), t11);
        t12 = w1.fma(FloatVector.fromArray(SPECIES, arena, p1 + 2 * LANES), t12);
        t13 = w1.fma(FloatVector.fromArray(SPECIES, arena, p1 + 3 * LANES), t13);
      }
      s0 = s0.add(t10);
      s1 = s1.add(t11);
      s2 = s2.add(t12);
      s3 = s3.add(t13);
      for (; k < end; k++) {
        var w = FloatVector.broadcast(SPECIES, weights[k]);
        var p = in + offsets[k];
        s0 = w.fma(FloatVector.fromArray(SPECIES, arena, p), s0);
        s1 = w.fma(FloatVector.fromArray(SPECIES, arena, p + LANES), s1);
        s2 = w.fma(FloatVector.fromArray(SPECIES, arena, p + 2 * LANES), s2);
        s3 = w.fma(FloatVector.fromArray(SPECIES, arena, p + 3 * LANES), s3);
      }
      s0 = s0.add(FloatVector.fromArray(SPECIES, arena, add));
      s0.blend(0f, s0.lt(FloatVector.fromArray(SPECIES, floor, at))).intoArray(arena, to);
      s1 = s1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
      s1.blend(0f, s1.lt(FloatVector.fromArray(SPECIES, floor, at + LANES)))
          .intoArray(arena, to + LANES);
      s2 = s2.add(FloatVector.fromArray(SPECIES, arena, add + 2 * LANES));
      s2.blend(0f, s2.lt(FloatVector.fromArray(SPECIES, floor, at + 2 * LANES)))
          .intoArray(arena, to + 2 * LANES);
      s3 = s3.add(FloatVector.fromArray(SPECIES, arena, add + 3 * LANES));
      s3.blend(0f, s3.lt(FloatVector.fromArray(SPECIES, floor, at + 3 * LANES)))
          .intoArray(arena, to + 3 * LANES);
      to += layer.outPlane();
      add += step;
    }
  }
}
