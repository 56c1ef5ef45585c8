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
      SparseConvolution layer, int block, float[] arena, int in, int out, int residual, int at) {
    var weights = layer.weights();
    var offsets = layer.offsets();
    var rows = layer.rows();
    var bias = layer.bias();
    var mask = layer.tiles().mask();
    var outputs = layer.outputs();
    var first = block == 0;
    var last = block == layer.blocks() - 1;
    var relu = layer.relu();
    var row = block * outputs;
    var end = rows[row];
    var to = out;
    var add = residual;
    for (var o = 0; o < outputs; o++) {
      var k = end;
      end = rows[row + o + 1];
      FloatVector s0;
      FloatVector s1;
      FloatVector s2;
      FloatVector s3;
      if (first) {
        s0 = FloatVector.broadcast(SPECIES, bias[o]);
        s1 = s0;
        s2 = s0;
        s3 = s0;
      } else {
        s0 = FloatVector.fromArray(SPECIES, arena, to);
        s1 = FloatVector.fromArray(SPECIES, arena, to + LANES);
        s2 = FloatVector.fromArray(SPECIES, arena, to + 2 * LANES);
        s3 = FloatVector.fromArray(SPECIES, arena, to + 3 * LANES);
      }
      var t10 = FloatVector.zero(SPECIES);
      var t11 = FloatVector.zero(SPECIES);
      var t12 = FloatVector.zero(SPECIES);
      var t13 = FloatVector.zero(SPECIES);
      for (; k + 1 < end; k += 2) {
        var w0 = FloatVector.broadcast(SPECIES, weights[k]);
        var p0 = in + offsets[k];
        s0 = FloatVector.fromArray(SPECIES, arena, p0).fma(w0, s0);
        s1 = FloatVector.fromArray(SPECIES, arena, p0 + LANES).fma(w0, s1);
        s2 = FloatVector.fromArray(SPECIES, arena, p0 + 2 * LANES).fma(w0, s2);
        s3 = FloatVector.fromArray(SPECIES, arena, p0 + 3 * LANES).fma(w0, s3);
        var w1 = FloatVector.broadcast(SPECIES, weights[k + 1]);
        var p1 = in + offsets[k + 1];
        t10 = FloatVector.fromArray(SPECIES, arena, p1).fma(w1, t10);
        t11 = FloatVector.fromArray(SPECIES, arena, p1 + LANES).fma(w1, t11);
        t12 = FloatVector.fromArray(SPECIES, arena, p1 + 2 * LANES).fma(w1, t12);
        t13 = FloatVector.fromArray(SPECIES, arena, p1 + 3 * LANES).fma(w1, t13);
      }
      s0 = s0.add(t10);
      s1 = s1.add(t11);
      s2 = s2.add(t12);
      s3 = s3.add(t13);
      for (; k < end; k++) {
        var w = FloatVector.broadcast(SPECIES, weights[k]);
        var p = in + offsets[k];
        s0 = FloatVector.fromArray(SPECIES, arena, p).fma(w, s0);
        s1 = FloatVector.fromArray(SPECIES, arena, p + LANES).fma(w, s1);
        s2 = FloatVector.fromArray(SPECIES, arena, p + 2 * LANES).fma(w, s2);
        s3 = FloatVector.fromArray(SPECIES, arena, p + 3 * LANES).fma(w, s3);
      }
      if (last) {
        if (residual >= 0) {
          s0 = s0.add(FloatVector.fromArray(SPECIES, arena, add));
          s1 = s1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
          s2 = s2.add(FloatVector.fromArray(SPECIES, arena, add + 2 * LANES));
          s3 = s3.add(FloatVector.fromArray(SPECIES, arena, add + 3 * LANES));
        }
        if (relu) {
          s0 = Epilogue.relu(s0);
          s1 = Epilogue.relu(s1);
          s2 = Epilogue.relu(s2);
          s3 = Epilogue.relu(s3);
        }
        s0 = Epilogue.masked(s0, mask, at);
        s1 = Epilogue.masked(s1, mask, at + LANES);
        s2 = Epilogue.masked(s2, mask, at + 2 * LANES);
        s3 = Epilogue.masked(s3, mask, at + 3 * LANES);
      }
      s0.intoArray(arena, to);
      s1.intoArray(arena, to + LANES);
      s2.intoArray(arena, to + 2 * LANES);
      s3.intoArray(arena, to + 3 * LANES);
      to += layer.outPlane();
      add += layer.residualPlane();
    }
  }
}
