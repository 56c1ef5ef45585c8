package io.topiary.inference.vector;

import io.topiary.inference.kernel.SparseConvolution;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 5 vectors of places for every output of a {@link SparseConvolution}. The sums are local
 * variables, and their number a constant of the class, because only then does the JIT keep them in
 * registers.
 */
final class Sparse5 {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private Sparse5() {}

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
      FloatVector s4;
      if (first) {
        s0 = FloatVector.broadcast(SPECIES, bias[o]);
        s1 = s0;
        s2 = s0;
        s3 = s0;
        s4 = s0;
      } else {
        s0 = FloatVector.fromArray(SPECIES, arena, to);
        s1 = FloatVector.fromArray(SPECIES, arena, to + LANES);
        s2 = FloatVector.fromArray(SPECIES, arena, to + 2 * LANES);
        s3 = FloatVector.fromArray(SPECIES, arena, to + 3 * LANES);
        s4 = FloatVector.fromArray(SPECIES, arena, to + 4 * LANES);
      }
      for (; k < end; k++) {
        var w = FloatVector.broadcast(SPECIES, weights[k]);
        var p = in + offsets[k];
        s0 = FloatVector.fromArray(SPECIES, arena, p).fma(w, s0);
        s1 = FloatVector.fromArray(SPECIES, arena, p + LANES).fma(w, s1);
        s2 = FloatVector.fromArray(SPECIES, arena, p + 2 * LANES).fma(w, s2);
        s3 = FloatVector.fromArray(SPECIES, arena, p + 3 * LANES).fma(w, s3);
        s4 = FloatVector.fromArray(SPECIES, arena, p + 4 * LANES).fma(w, s4);
      }
      if (last) {
        if (residual >= 0) {
          s0 = s0.add(FloatVector.fromArray(SPECIES, arena, add));
          s1 = s1.add(FloatVector.fromArray(SPECIES, arena, add + LANES));
          s2 = s2.add(FloatVector.fromArray(SPECIES, arena, add + 2 * LANES));
          s3 = s3.add(FloatVector.fromArray(SPECIES, arena, add + 3 * LANES));
          s4 = s4.add(FloatVector.fromArray(SPECIES, arena, add + 4 * LANES));
        }
        if (relu) {
          s0 = Epilogue.relu(s0);
          s1 = Epilogue.relu(s1);
          s2 = Epilogue.relu(s2);
          s3 = Epilogue.relu(s3);
          s4 = Epilogue.relu(s4);
        }
        s0 = Epilogue.masked(s0, mask, at);
        s1 = Epilogue.masked(s1, mask, at + LANES);
        s2 = Epilogue.masked(s2, mask, at + 2 * LANES);
        s3 = Epilogue.masked(s3, mask, at + 3 * LANES);
        s4 = Epilogue.masked(s4, mask, at + 4 * LANES);
      }
      s0.intoArray(arena, to);
      s1.intoArray(arena, to + LANES);
      s2.intoArray(arena, to + 2 * LANES);
      s3.intoArray(arena, to + 3 * LANES);
      s4.intoArray(arena, to + 4 * LANES);
      to += layer.outPlane();
      add += layer.residualPlane();
    }
  }
}
