package io.topiary.inference.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** What becomes of a sum before it is stored. */
final class Epilogue {

  private Epilogue() {}

  /** Compare and blend: {@code max} has NaN and signed zeros to care for and is slower. */
  static FloatVector relu(FloatVector sum) {
    return sum.blend(0f, sum.compare(VectorOperators.LT, 0f));
  }
}
