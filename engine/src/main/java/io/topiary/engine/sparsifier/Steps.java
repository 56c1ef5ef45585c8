package io.topiary.engine.sparsifier;

/**
 * The step function without a branch. Which weights are kept is close to random, so a processor
 * guesses wrong at many of them; of this form the compiler makes vector instructions, and a weight
 * takes a fraction of the time.
 */
final class Steps {
  /** Two such factors lift the smallest float, 2^-149, above 1. */
  private static final float LARGE = 0x1p80f;

  private Steps() {}

  /** 1 for x above 0, else 0. Two floats that differ have a difference that is not 0. */
  static float of(float x) {
    return Math.max(0f, Math.min(1f, x * LARGE * LARGE));
  }
}
