package io.topiary.inference.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Runs of floats, one after the other; a run's end that fills no vector goes float by float. */
final class Elementwise {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private Elementwise() {}

  static void affine(
      float[] arena,
      int in,
      int out,
      int residual,
      int length,
      float scale,
      float shift,
      boolean relu) {
    var i = 0;
    for (; i + SPECIES.length() <= length; i += SPECIES.length()) {
      var value =
          FloatVector.fromArray(SPECIES, arena, in + i)
              .fma(FloatVector.broadcast(SPECIES, scale), FloatVector.broadcast(SPECIES, shift));
      if (residual >= 0) {
        value = value.add(FloatVector.fromArray(SPECIES, arena, residual + i));
      }
      (relu ? Epilogue.relu(value) : value).intoArray(arena, out + i);
    }
    for (; i < length; i++) {
      var value = scale * arena[in + i] + shift;
      value += residual < 0 ? 0 : arena[residual + i];
      arena[out + i] = relu && value < 0 ? 0 : value;
    }
  }

  static void max(float[] arena, int in, int out, int length) {
    var i = 0;
    for (; i + SPECIES.length() <= length; i += SPECIES.length()) {
      FloatVector.fromArray(SPECIES, arena, in + i)
          .max(FloatVector.fromArray(SPECIES, arena, out + i))
          .intoArray(arena, out + i);
    }
    for (; i < length; i++) {
      arena[out + i] = Math.max(arena[out + i], arena[in + i]);
    }
  }

  /** Gathers one element of as many images as a vector has lanes. */
  static void interleave(
      float[] source, int from, int elements, float[] arena, int to, int images, int width) {
    var distances = new int[SPECIES.length()];
    for (var i = 0; i < distances.length; i++) {
      distances[i] = i * elements;
    }
    for (var i = 0; i < images; i += SPECIES.length()) {
      var image = from + i * elements;
      for (var x = 0; x < width; x++) {
        FloatVector.fromArray(SPECIES, source, image + x, distances, 0)
            .intoArray(arena, to + x * images + i);
      }
    }
  }

  /** Zero times a finite value is zero; zero times any other is NaN, and stays it in a sum. */
  static boolean finite(float[] values) {
    var sums = FloatVector.zero(SPECIES);
    var i = 0;
    for (; i + SPECIES.length() <= values.length; i += SPECIES.length()) {
      sums = FloatVector.fromArray(SPECIES, values, i).fma(FloatVector.zero(SPECIES), sums);
    }
    var sum = sums.reduceLanes(VectorOperators.ADD);
    for (; i < values.length; i++) {
      sum += values[i] * 0;
    }
    return sum == 0;
  }
}
