package io.topiary.inference.vector;

import io.topiary.inference.kernel.DenseConvolution;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 4 outputs by 3 vectors of places of a {@link DenseConvolution}. The sums are local variables, and
 * their number a constant of the class, because only then does the JIT keep them in registers.
 */
final class Dense4x3 {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private Dense4x3() {}

  static void run(
      DenseConvolution layer, int block, float[] arena, int in, int out, int residual, int at) {
    var weights = layer.weights();
    var offsets = layer.offsets();
    var mask = layer.tiles().mask();
    var bias = layer.bias();
    var o = layer.first()[block];
    var s0_0 = FloatVector.broadcast(SPECIES, bias[o]);
    var s0_1 = s0_0;
    var s0_2 = s0_0;
    var s1_0 = FloatVector.broadcast(SPECIES, bias[o + 1]);
    var s1_1 = s1_0;
    var s1_2 = s1_0;
    var s2_0 = FloatVector.broadcast(SPECIES, bias[o + 2]);
    var s2_1 = s2_0;
    var s2_2 = s2_0;
    var s3_0 = FloatVector.broadcast(SPECIES, bias[o + 3]);
    var s3_1 = s3_0;
    var s3_2 = s3_0;
    var w = block * offsets.length * 4;
    for (var offset : offsets) {
      var p = in + offset;
      var x0 = FloatVector.fromArray(SPECIES, arena, p);
      var x1 = FloatVector.fromArray(SPECIES, arena, p + LANES);
      var x2 = FloatVector.fromArray(SPECIES, arena, p + 2 * LANES);
      var w0 = FloatVector.broadcast(SPECIES, weights[w]);
      s0_0 = x0.fma(w0, s0_0);
      s0_1 = x1.fma(w0, s0_1);
      s0_2 = x2.fma(w0, s0_2);
      var w1 = FloatVector.broadcast(SPECIES, weights[w + 1]);
      s1_0 = x0.fma(w1, s1_0);
      s1_1 = x1.fma(w1, s1_1);
      s1_2 = x2.fma(w1, s1_2);
      var w2 = FloatVector.broadcast(SPECIES, weights[w + 2]);
      s2_0 = x0.fma(w2, s2_0);
      s2_1 = x1.fma(w2, s2_1);
      s2_2 = x2.fma(w2, s2_2);
      var w3 = FloatVector.broadcast(SPECIES, weights[w + 3]);
      s3_0 = x0.fma(w3, s3_0);
      s3_1 = x1.fma(w3, s3_1);
      s3_2 = x2.fma(w3, s3_2);
      w += 4;
    }
    var plane = layer.outPlane();
    var to = out + o * plane;
    var relu = layer.relu();
    var step = residual < 0 ? 0 : layer.residualPlane();
    var add = residual < 0 ? -1 : residual + o * step;
    Epilogue.store(s0_0, arena, to, residual < 0 ? -1 : add, relu, mask, at);
    Epilogue.store(
        s0_1, arena, to + LANES, residual < 0 ? -1 : add + LANES, relu, mask, at + LANES);
    Epilogue.store(
        s0_2,
        arena,
        to + 2 * LANES,
        residual < 0 ? -1 : add + 2 * LANES,
        relu,
        mask,
        at + 2 * LANES);
    to += plane;
    add += step;
    Epilogue.store(s1_0, arena, to, residual < 0 ? -1 : add, relu, mask, at);
    Epilogue.store(
        s1_1, arena, to + LANES, residual < 0 ? -1 : add + LANES, relu, mask, at + LANES);
    Epilogue.store(
        s1_2,
        arena,
        to + 2 * LANES,
        residual < 0 ? -1 : add + 2 * LANES,
        relu,
        mask,
        at + 2 * LANES);
    to += plane;
    add += step;
    Epilogue.store(s2_0, arena, to, residual < 0 ? -1 : add, relu, mask, at);
    Epilogue.store(
        s2_1, arena, to + LANES, residual < 0 ? -1 : add + LANES, relu, mask, at + LANES);
    Epilogue.store(
        s2_2,
        arena,
        to + 2 * LANES,
        residual < 0 ? -1 : add + 2 * LANES,
        relu,
        mask,
        at + 2 * LANES);
    to += plane;
    add += step;
    Epilogue.store(s3_0, arena, to, residual < 0 ? -1 : add, relu, mask, at);
    Epilogue.store(
        s3_1, arena, to + LANES, residual < 0 ? -1 : add + LANES, relu, mask, at + LANES);
    Epilogue.store(
        s3_2,
        arena,
        to + 2 * LANES,
        residual < 0 ? -1 : add + 2 * LANES,
        relu,
        mask,
        at + 2 * LANES);
  }
}
