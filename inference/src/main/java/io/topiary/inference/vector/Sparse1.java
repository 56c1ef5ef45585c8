package io.topiary.inference.vector;

import io.topiary.inference.kernel.SparseConvolution;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 1 vector of places for every output of a {@link SparseConvolution}. The sums are local variables,
 * and their number a constant of the class, because only then does the JIT keep them in registers.
 */
final class Sparse1 {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private Sparse1() {}

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
      var t10 = FloatVector.zero(SPECIES);
      var t20 = FloatVector.zero(SPECIES);
      var t30 = FloatVector.zero(SPECIES);
      var t40 = FloatVector.zero(SPECIES);
      var t50 = FloatVector.zero(SPECIES);
      var t60 = FloatVector.zero(SPECIES);
      var t70 = FloatVector.zero(SPECIES);
      for (; k + 7 < end; k += 8) {
        var w0 = FloatVector.broadcast(SPECIES, weights[k]);
        var p0 = in + offsets[k];
        s0 = w0.fma(FloatVector.fromArray(SPECIES, arena, p0), s0);
        var w1 = FloatVector.broadcast(SPECIES, weights[k + 1]);
        var p1 = in + offsets[k + 1];
        t10 = w1.fma(FloatVector.fromArray(SPECIES, arena, p1), t10);
        var w2 = FloatVector.broadcast(SPECIES, weights[k + 2]);
        var p2 = in + offsets[k + 2];
        t20 = w2.fma(FloatVector.fromArray(SPECIES, arena, p2), t20);
        var w3 = FloatVector.broadcast(SPECIES, weights[k + 3]);
        var p3 = in + offsets[k + 3];
        t30 = w3.fma(FloatVector.fromArray(SPECIES, arena, p3), t30);
        var w4 = FloatVector.broadcast(SPECIES, weights[k + 4]);
        var p4 = in + offsets[k + 4];
        t40 = w4.fma(FloatVector.fromArray(SPECIES, arena, p4), t40);
        var w5 = FloatVector.broadcast(SPECIES, weights[k + 5]);
        var p5 = in + offsets[k + 5];
        t50 = w5.fma(FloatVector.fromArray(SPECIES, arena, p5), t50);
        var w6 = FloatVector.broadcast(SPECIES, weights[k + 6]);
        var p6 = in + offsets[k + 6];
        t60 = w6.fma(FloatVector.fromArray(SPECIES, arena, p6), t60);
        var w7 = FloatVector.broadcast(SPECIES, weights[k + 7]);
        var p7 = in + offsets[k + 7];
        t70 = w7.fma(FloatVector.fromArray(SPECIES, arena, p7), t70);
      }
      s0 = s0.add(t10).add(t20.add(t30)).add(t40.add(t50).add(t60.add(t70)));
      for (; k < end; k++) {
        var w = FloatVector.broadcast(SPECIES, weights[k]);
        var p = in + offsets[k];
        s0 = w.fma(FloatVector.fromArray(SPECIES, arena, p), s0);
      }
      s0 = s0.add(FloatVector.fromArray(SPECIES, arena, add));
      s0.blend(0f, s0.lt(FloatVector.fromArray(SPECIES, floor, at))).intoArray(arena, to);
      to += layer.outPlane();
      add += step;
    }
  }
}
