package io.topiary.inference.vector;

import io.topiary.inference.kernel.DenseConvolution;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 8 outputs by 2 vectors of places of a {@link DenseConvolution}. The sums are local variables, and
 * their number a constant of the class, because only then does the JIT keep them in registers.
 */
final class Dense8x2 {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private Dense8x2() {}

  static void run(
      DenseConvolution layer,
      int block,
      float[] arena,
      int in,
      int out,
      int residual,
      int step,
      int at) {
    var weights = layer.weights();
    var offsets = layer.offsets();
    var floor = layer.tiles().floor();
    var bias = layer.bias();
    var o = layer.first()[block];
    var s0_0 = FloatVector.broadcast(SPECIES, bias[o]);
    var s0_1 = s0_0;
    var s1_0 = FloatVector.broadcast(SPECIES, bias[o + 1]);
    var s1_1 = s1_0;
    var s2_0 = FloatVector.broadcast(SPECIES, bias[o + 2]);
    var s2_1 = s2_0;
    var s3_0 = FloatVector.broadcast(SPECIES, bias[o + 3]);
    var s3_1 = s3_0;
    var s4_0 = FloatVector.broadcast(SPECIES, bias[o + 4]);
    var s4_1 = s4_0;
    var s5_0 = FloatVector.broadcast(SPECIES, bias[o + 5]);
    var s5_1 = s5_0;
    var s6_0 = FloatVector.broadcast(SPECIES, bias[o + 6]);
    var s6_1 = s6_0;
    var s7_0 = FloatVector.broadcast(SPECIES, bias[o + 7]);
    var s7_1 = s7_0;
    var w = block * offsets.length * 8;
    for (var offset : offsets) {
      var p = in + offset;
      var x0 = FloatVector.fromArray(SPECIES, arena, p);
      var x1 = FloatVector.fromArray(SPECIES, arena, p + LANES);
      var w0 = FloatVector.broadcast(SPECIES, weights[w]);
      s0_0 = x0.fma(w0, s0_0);
      s0_1 = x1.fma(w0, s0_1);
      var w1 = FloatVector.broadcast(SPECIES, weights[w + 1]);
      s1_0 = x0.fma(w1, s1_0);
      s1_1 = x1.fma(w1, s1_1);
      var w2 = FloatVector.broadcast(SPECIES, weights[w + 2]);
      s2_0 = x0.fma(w2, s2_0);
      s2_1 = x1.fma(w2, s2_1);
      var w3 = FloatVector.broadcast(SPECIES, weights[w + 3]);
      s3_0 = x0.fma(w3, s3_0);
      s3_1 = x1.fma(w3, s3_1);
      var w4 = FloatVector.broadcast(SPECIES, weights[w + 4]);
      s4_0 = x0.fma(w4, s4_0);
      s4_1 = x1.fma(w4, s4_1);
      var w5 = FloatVector.broadcast(SPECIES, weights[w + 5]);
      s5_0 = x0.fma(w5, s5_0);
      s5_1 = x1.fma(w5, s5_1);
      var w6 = FloatVector.broadcast(SPECIES, weights[w + 6]);
      s6_0 = x0.fma(w6, s6_0);
      s6_1 = x1.fma(w6, s6_1);
      var w7 = FloatVector.broadcast(SPECIES, weights[w + 7]);
      s7_0 = x0.fma(w7, s7_0);
      s7_1 = x1.fma(w7, s7_1);
      w += 8;
    }
    var plane = layer.outPlane();
    var to = out + o * plane;
    var add = residual + o * step;
    var f0 = FloatVector.fromArray(SPECIES, floor, at);
    var f1 = FloatVector.fromArray(SPECIES, floor, at + LANES);
    s0_0 = s0_0.add(FloatVector.fromArray(SPECIES, arena, add));
    s0_0.blend(0f, s0_0.lt(f0)).intoArray(arena, to);
    s0_1 = s0_1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
    s0_1.blend(0f, s0_1.lt(f1)).intoArray(arena, to + LANES);
    to += plane;
    add += step;
    s1_0 = s1_0.add(FloatVector.fromArray(SPECIES, arena, add));
    s1_0.blend(0f, s1_0.lt(f0)).intoArray(arena, to);
    s1_1 = s1_1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
    s1_1.blend(0f, s1_1.lt(f1)).intoArray(arena, to + LANES);
    to += plane;
    add += step;
    s2_0 = s2_0.add(FloatVector.fromArray(SPECIES, arena, add));
    s2_0.blend(0f, s2_0.lt(f0)).intoArray(arena, to);
    s2_1 = s2_1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
    s2_1.blend(0f, s2_1.lt(f1)).intoArray(arena, to + LANES);
    to += plane;
    add += step;
    s3_0 = s3_0.add(FloatVector.fromArray(SPECIES, arena, add));
    s3_0.blend(0f, s3_0.lt(f0)).intoArray(arena, to);
    s3_1 = s3_1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
    s3_1.blend(0f, s3_1.lt(f1)).intoArray(arena, to + LANES);
    to += plane;
    add += step;
    s4_0 = s4_0.add(FloatVector.fromArray(SPECIES, arena, add));
    s4_0.blend(0f, s4_0.lt(f0)).intoArray(arena, to);
    s4_1 = s4_1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
    s4_1.blend(0f, s4_1.lt(f1)).intoArray(arena, to + LANES);
    to += plane;
    add += step;
    s5_0 = s5_0.add(FloatVector.fromArray(SPECIES, arena, add));
    s5_0.blend(0f, s5_0.lt(f0)).intoArray(arena, to);
    s5_1 = s5_1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
    s5_1.blend(0f, s5_1.lt(f1)).intoArray(arena, to + LANES);
    to += plane;
    add += step;
    s6_0 = s6_0.add(FloatVector.fromArray(SPECIES, arena, add));
    s6_0.blend(0f, s6_0.lt(f0)).intoArray(arena, to);
    s6_1 = s6_1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
    s6_1.blend(0f, s6_1.lt(f1)).intoArray(arena, to + LANES);
    to += plane;
    add += step;
    s7_0 = s7_0.add(FloatVector.fromArray(SPECIES, arena, add));
    s7_0.blend(0f, s7_0.lt(f0)).intoArray(arena, to);
    s7_1 = s7_1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
    s7_1.blend(0f, s7_1.lt(f1)).intoArray(arena, to + LANES);
  }
}
