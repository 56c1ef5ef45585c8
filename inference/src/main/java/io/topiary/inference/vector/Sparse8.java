package io.topiary.inference.vector;

import io.topiary.inference.kernel.SparseConvolution;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 8 vectors of places for every output of a {@link SparseConvolution}. The sums are local
 * variables, and their number a constant of the class, because only then does the JIT keep them in
 * registers.
 */
final class Sparse8 {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private Sparse8() {}

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
      var s4 = s0;
      var s5 = s0;
      var s6 = s0;
      var s7 = s0;
      for (; k < end; k++) {
        var w = FloatVector.broadcast(SPECIES, weights[k]);
        var p = in + offsets[k];
        s0 = w.fma(FloatVector.fromArray(SPECIES, arena, p), s0);
        s1 = w.fma(FloatVector.fromArray(SPECIES, arena, p + LANES), s1);
        s2 = w.fma(FloatVector.fromArray(SPECIES, arena, p + 2 * LANES), s2);
        s3 = w.fma(FloatVector.fromArray(SPECIES, arena, p + 3 * LANES), s3);
        s4 = w.fma(FloatVector.fromArray(SPECIES, arena, p + 4 * LANES), s4);
        s5 = w.fma(FloatVector.fromArray(SPECIES, arena, p + 5 * LANES), s5);
        s6 = w.fma(FloatVector.fromArray(SPECIES, arena, p + 6 * LANES), s6);
        s7 = w.fma(FloatVector.fromArray(SPECIES, arena, p + 7 * LANES), s7);
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
      s4 = s4.add(FloatVector.fromArray(SPECIES, arena, add + 4 * LANES));
      s4.blend(0f, s4.lt(FloatVector.fromArray(SPECIES, floor, at + 4 * LANES)))
          .intoArray(arena, to + 4 * LANES);
      s5 = s5.add(FloatVector.fromArray(SPECIES, arena, add + 5 * LANES));
      s5.blend(0f, s5.lt(FloatVector.fromArray(SPECIES, floor, at + 5 * LANES)))
          .intoArray(arena, to + 5 * LANES);
      s6 = s6.add(FloatVector.fromArray(SPECIES, arena, add + 6 * LANES));
      s6.blend(0f, s6.lt(FloatVector.fromArray(SPECIES, floor, at + 6 * LANES)))
          .intoArray(arena, to + 6 * LANES);
      s7 = s7.add(FloatVector.fromArray(SPECIES, arena, add + 7 * LANES));
      s7.blend(0f, s7.lt(FloatVector.fromArray(SPECIES, floor, at + 7 * LANES)))
          .intoArray(arena, to + 7 * LANES);
      to += layer.outPlane();
      add += step;
    }
  }
}
