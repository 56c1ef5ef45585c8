package io.topiary.inference.vector;

import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Runs of floats, one after the other; a run's end that fills no vector goes float by float. */
final class Elementwise {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Where every second float is. */
  private static final int[] EVEN = IntStream.range(0, SPECIES.length()).map(i -> 2 * i).toArray();

  /** The number of every lane. */
  private static final FloatVector LANE = FloatVector.zero(SPECIES).addIndex(1);

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

  static void max(float[] arena, int in, int step, int out, int length) {
    var i = 0;
    for (; step == 1 && i + SPECIES.length() <= length; i += SPECIES.length()) {
      FloatVector.fromArray(SPECIES, arena, in + i)
          .max(FloatVector.fromArray(SPECIES, arena, out + i))
          .intoArray(arena, out + i);
    }
    for (; i < length; i++) {
      arena[out + i] = Math.max(arena[out + i], arena[in + i * step]);
    }
  }

  /** What lies behind the last of them is written as it was. */
  static void maxOfEven(float[] arena, int in, int out, int length) {
    for (var i = 0; i < length; i += SPECIES.length()) {
      var old = FloatVector.fromArray(SPECIES, arena, out + i);
      var even = FloatVector.fromArray(SPECIES, arena, in + 2 * i, EVEN, 0);
      var behind = LANE.compare(VectorOperators.GE, (float) (length - i));
      even.max(old).blend(old, behind).intoArray(arena, out + i);
    }
  }

  /** Places of whole vectors. */
  static void selectBlocks(float[] arena, int in, int step, int out, int places, int images) {
    for (var i = 0; i < images; i += SPECIES.length()) {
      var from = in + i;
      var to = out + i;
      for (var x = 0; x < places; x++, from += step, to += images) {
        FloatVector.fromArray(SPECIES, arena, from).intoArray(arena, to);
      }
    }
  }

  static void selectEven(float[] arena, int in, int out, int places) {
    for (var x = 0; x < places; x += SPECIES.length()) {
      var even = FloatVector.fromArray(SPECIES, arena, in + 2 * x, EVEN, 0);
      var behind = LANE.compare(VectorOperators.GE, (float) (places - x));
      even.blend(0f, behind).intoArray(arena, out + x);
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
    var lanes = SPECIES.length();
    var zero = FloatVector.zero(SPECIES);
    var s0 = FloatVector.zero(SPECIES);
    var s1 = FloatVector.zero(SPECIES);
    var s2 = FloatVector.zero(SPECIES);
    var s3 = FloatVector.zero(SPECIES);
    var i = 0;
    for (; i + 4 * lanes <= values.length; i += 4 * lanes) {
      s0 = FloatVector.fromArray(SPECIES, values, i).fma(zero, s0);
      s1 = FloatVector.fromArray(SPECIES, values, i + lanes).fma(zero, s1);
      s2 = FloatVector.fromArray(SPECIES, values, i + 2 * lanes).fma(zero, s2);
      s3 = FloatVector.fromArray(SPECIES, values, i + 3 * lanes).fma(zero, s3);
    }
    var sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    for (; i < values.length; i++) {
      sum += values[i] * 0;
    }
    return sum == 0;
  }
}
