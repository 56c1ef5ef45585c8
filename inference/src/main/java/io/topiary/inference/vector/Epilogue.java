package io.topiary.inference.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What becomes of a sum before it is stored. */
final class Epilogue {

  private static final VectorSpecies<Integer> MASKS = IntVector.SPECIES_PREFERRED;

  private Epilogue() {}

  /** Compare and blend: {@code max} has NaN and signed zeros to care for and is slower. */
  static FloatVector relu(FloatVector sum) {
    return sum.blend(0f, sum.compare(VectorOperators.LT, 0f));
  }

  /** By bits and not by a product, as noise may be infinite. */
  static FloatVector masked(FloatVector sum, int[] mask, int at) {
    return sum.reinterpretAsInts().and(IntVector.fromArray(MASKS, mask, at)).reinterpretAsFloats();
  }

  static void store(
      FloatVector sum, float[] arena, int out, int residual, boolean relu, int[] mask, int at) {
    var value = sum;
    if (residual >= 0) {
      value = value.add(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, arena, residual));
    }
    if (relu) {
      value = relu(value);
    }
    masked(value, mask, at).intoArray(arena, out);
  }
}
