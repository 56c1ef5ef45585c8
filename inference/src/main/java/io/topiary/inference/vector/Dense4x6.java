package io.topiary.inference.vector;

import io.topiary.inference.kernel.DenseConvolution;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 4 outputs by 6 vectors of places of a {@link DenseConvolution}. The sums are local variables, and
 * their number a constant of the class, because only then does the JIT keep them in registers.
 */
final class Dense4x6 {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private Dense4x6() {}

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
    var s0_2 = s0_0;
    var s0_3 = s0_0;
    var s0_4 = s0_0;
    var s0_5 = s0_0;
    var s1_0 = FloatVector.broadcast(SPECIES, bias[o + 1]);
    var s1_1 = s1_0;
    var s1_2 = s1_0;
    var s1_3 = s1_0;
    var s1_4 = s1_0;
    var s1_5 = s1_0;
    var s2_0 = FloatVector.broadcast(SPECIES, bias[o + 2]);
    var s2_1 = s2_0;
    var s2_2 = s2_0;
    var s2_3 = s2_0;
    var s2_4 = s2_0;
    var s2_5 = s2_0;
    var s3_0 = FloatVector.broadcast(SPECIES, bias[o + 3]);
    var s3_1 = s3_0;
    var s3_2 = s3_0;
    var s3_3 = s3_0;
    var s3_4 = s3_0;
    var s3_5 = s3_0;
    var w = block * offsets.length * 4;
    for (var offset : offsets) {
      var p = in + offset;
      var x0 = FloatVector.fromArray(SPECIES, arena, p);
      var x1 = FloatVector.fromArray(SPECIES, arena, p + LANES);
      var x2 = FloatVector.fromArray(SPECIES, arena, p + 2 * LANES);
      var x3 = FloatVector.fromArray(SPECIES, arena, p + 3 * LANES);
      var x4 = FloatVector.fromArray(SPECIES, arena, p + 4 * LANES);
      var x5 = FloatVector.fromArray(SPECIES, arena, p + 5 * LANES);
      var w0 = FloatVector.broadcast(SPECIES, weights[w]);
      s0_0 = x0.fma(w0, s0_0);
      s0_1 = x1.fma(w0, s0_1);
      s0_2 = x2.fma(w0, s0_2);
      s0_3 = x3.fma(w0, s0_3);
      s0_4 = x4.fma(w0, s0_4);
      s0_5 = x5.fma(w0, s0_5);
      var w1 = FloatVector.broadcast(SPECIES, weights[w + 1]);
      s1_0 = x0.fma(w1, s1_0);
      s1_1 = x1.fma(w1, s1_1);
      s1_2 = x2.fma(w1, s1_2);
      s1_3 = x3.fma(w1, s1_3);
      s1_4 = x4.fma(w1, s1_4);
      s1_5 = x5.fma(w1, s1_5);
      var w2 = FloatVector.broadcast(SPECIES, weights[w + 2]);
      s2_0 = x0.fma(w2, s2_0);
      s2_1 = x1.fma(w2, s2_1);
      s2_2 = x2.fma(w2, s2_2);
      s2_3 = x3.fma(w2, s2_3);
      s2_4 = x4.fma(w2, s2_4);
      s2_5 = x5.fma(w2, s2_5);
      var w3 = FloatVector.broadcast(SPECIES, weights[w + 3]);
      s3_0 = x0.fma(w3, s3_0);
      s3_1 = x1.fma(w3, s3_1);
      s3_2 = x2.fma(w3, s3_2);
      s3_3 = x3.fma(w3, s3_3);
      s3_4 = x4.fma(w3, s3_4);
      s3_5 = x5.fma(w3, s3_5);
      w += 4;
    }
    var plane = layer.outPlane();
    var to = out + o * plane;
    var add = residual + o * step;
    var f0 = FloatVector.fromArray(SPECIES, floor, at);
    var f1 = FloatVector.fromArray(SPECIES, floor, at + LANES);
    var f2 = FloatVector.fromArray(SPECIES, floor, at + 2 * LANES);
    var f3 = FloatVector.fromArray(SPECIES, floor, at + 3 * LANES);
    var f4 = FloatVector.fromArray(SPECIES, floor, at + 4 * LANES);
    var f5 = FloatVector.fromArray(SPECIES, floor, at + 5 * LANES);
    s0_0 = s0_0.add(FloatVector.fromArray(SPECIES, arena, add));
    s0_0.blend(0f, s0_0.lt(f0)).intoArray(arena, to);
    s0_1 = s0_1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
    s0_1.blend(0f, s0_1.lt(f1)).intoArray(arena, to + LANES);
    s0_2 = s0_2.add(FloatVector.fromArray(SPECIES, arena, add + 2 * LANES));
    s0_2.blend(0f, s0_2.lt(f2)).intoArray(arena, to + 2 * LANES);
    s0_3 = s0_3.add(FloatVector.fromArray(SPECIES, arena, add + 3 * LANES));
    s0_3.blend(0f, s0_3.lt(f3)).intoArray(arena, to + 3 * LANES);
    s0_4 = s0_4.add(FloatVector.fromArray(SPECIES, arena, add + 4 * LANES));
    s0_4.blend(0f, s0_4.lt(f4)).intoArray(arena, to + 4 * LANES);
    s0_5 = s0_5.add(FloatVector.fromArray(SPECIES, arena, add + 5 * LANES));
    s0_5.blend(0f, s0_5.lt(f5)).intoArray(arena, to + 5 * LANES);
    to += plane;
    add += step;
    s1_0 = s1_0.add(FloatVector.fromArray(SPECIES, arena, add));
    s1_0.blend(0f, s1_0.lt(f0)).intoArray(arena, to);
    s1_1 = s1_1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
    s1_1.blend(0f, s1_1.lt(f1)).intoArray(arena, to + LANES);
    s1_2 = s1_2.add(FloatVector.fromArray(SPECIES, arena, add + 2 * LANES));
    s1_2.blend(0f, s1_2.lt(f2)).intoArray(arena, to + 2 * LANES);
    s1_3 = s1_3.add(FloatVector.fromArray(SPECIES, arena, add + 3 * LANES));
    s1_3.blend(0f, s1_3.lt(f3)).intoArray(arena, to + 3 * LANES);
    s1_4 = s1_4.add(FloatVector.fromArray(SPECIES, arena, add + 4 * LANES));
    s1_4.blend(0f, s1_4.lt(f4)).intoArray(arena, to + 4 * LANES);
    s1_5 = s1_5.add(FloatVector.fromArray(SPECIES, arena, add + 5 * LANES));
    s1_5.blend(0f, s1_5.lt(f5)).intoArray(arena, to + 5 * LANES);
    to += plane;
    add += step;
    s2_0 = s2_0.add(FloatVector.fromArray(SPECIES, arena, add));
    s2_0.blend(0f, s2_0.lt(f0)).intoArray(arena, to);
    s2_1 = s2_1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
    s2_1.blend(0f, s2_1.lt(f1)).intoArray(arena, to + LANES);
    s2_2 = s2_2.add(FloatVector.fromArray(SPECIES, arena, add + 2 * LANES));
    s2_2.blend(0f, s2_2.lt(f2)).intoArray(arena, to + 2 * LANES);
    s2_3 = s2_3.add(FloatVector.fromArray(SPECIES, arena, add + 3 * LANES));
    s2_3.blend(0f, s2_3.lt(f3)).intoArray(arena, to + 3 * LANES);
    s2_4 = s2_4.add(FloatVector.fromArray(SPECIES, arena, add + 4 * LANES));
    s2_4.blend(0f, s2_4.lt(f4)).intoArray(arena, to + 4 * LANES);
    s2_5 = s2_5.add(FloatVector.fromArray(SPECIES, arena, add + 5 * LANES));
    s2_5.blend(0f, s2_5.lt(f5)).intoArray(arena, to + 5 * LANES);
    to += plane;
    add += step;
    s3_0 = s3_0.add(FloatVector.fromArray(SPECIES, arena, add));
    s3_0.blend(0f, s3_0.lt(f0)).intoArray(arena, to);
    s3_1 = s3_1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
    s3_1.blend(0f, s3_1.lt(f1)).intoArray(arena, to + LANES);
    s3_2 = s3_2.add(FloatVector.fromArray(SPECIES, arena, add + 2 * LANES));
    s3_2.blend(0f, s3_2.lt(f2)).intoArray(arena, to + 2 * LANES);
    s3_3 = s3_3.add(FloatVector.fromArray(SPECIES, arena, add + 3 * LANES));
    s3_3.blend(0f, s3_3.lt(f3)).intoArray(arena, to + 3 * LANES);
    s3_4 = s3_4.add(FloatVector.fromArray(SPECIES, arena, add + 4 * LANES));
    s3_4.blend(0f, s3_4.lt(f4)).intoArray(arena, to + 4 * LANES);
    s3_5 = s3_5.add(FloatVector.fromArray(SPECIES, arena, add + 5 * LANES));
    s3_5.blend(0f, s3_5.lt(f5)).intoArray(arena, to + 5 * LANES);
  }
}
