package io.topiary.engine.random;

/**
 * A stream of pseudo-random numbers, fixed by its seed for good.
 *
 * <p>The generator is SplitMix64 (Steele, Lea and Flood, 2014, Fast Splittable Pseudorandom Number
 * Generators, OOPSLA). It is spelled out here because a seed in a recipe must mean the same initial
 * weights and the same order of images in every release of the JDK and of the engine, and because a
 * stream belongs to one job, where an engine's generator is shared by all jobs of a process.
 */
public final class RandomStream {
  /** Purpose: the weights that training from scratch starts with. */
  public static final long INITIAL_WEIGHTS = 1;

  /** Purpose, followed by the epoch: the order that an epoch goes through the images in. */
  public static final long IMAGE_ORDER = 2;

  /** Purpose, followed by the epoch and the image: what is done to the image in that epoch. */
  public static final long AUGMENTATION = 3;

  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  private RandomStream(long state) {
    this.state = state;
  }

  /**
   * The stream of one purpose under a seed.
   *
   * @param purpose tells streams of the same seed apart, for example what is drawn and the epoch it
   *     is drawn for; without it the stream is that of {@code java.util.SplittableRandom}
   */
  public static RandomStream of(long seed, long... purpose) {
    long state = seed;
    for (long part : purpose) {
      state = mix(mix(state + GOLDEN_GAMMA) + part);
    }
    return new RandomStream(state);
  }

  /** 64 random bits. */
  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /**
   * Uniform in 0 .. bound - 1, without bias (Lemire, 2019, Fast Random Integer Generation in an
   * Interval).
   */
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("The bound must be above 0, but it is " + bound + ".");
    }
    long product = (nextLong() >>> 32) * bound;
    if ((product & 0xffffffffL) < bound) {
      long threshold = (1L << 32) % bound;
      while ((product & 0xffffffffL) < threshold) {
        product = (nextLong() >>> 32) * bound;
      }
    }
    return (int) (product >>> 32);
  }

  /** The numbers 0 .. size - 1 in random order (Fisher and Yates). */
  public int[] permutation(int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private static long mix(long z) {
    long x = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    return x ^ (x >>> 31);
  }
}
