package io.topiary.benchmarks.inference;

import io.topiary.benchmarks.inference.vector.PeakLoops;
import java.util.function.IntSupplier;

/**
 * What the machine can do at most with one thread, measured in the same process: multiply-adds in
 * registers, and bytes loaded from the first and the second cache.
 *
 * @param multiplyAdds 10^9 of them per second
 * @param firstCache GB per second from 16 KiB, by loads that lie in one cache line where vectors
 *     are as long as that
 * @param secondCache GB per second from 256 KiB
 * @param firstCacheAcross GB per second from 16 KiB, by loads that lie as arrays of Java may:
 *     across two lines
 * @param secondCacheAcross GB per second from 256 KiB
 */
record Roofline(
    int bits,
    double multiplyAdds,
    double firstCache,
    double secondCache,
    double firstCacheAcross,
    double secondCacheAcross) {

  /** Many short calls: one long one the JVM would compile while it runs, and badly. */
  private static final int TIMES = 1_000;

  private static final int CALLS = 10;
  private static final int FIRST_BYTES = 16 << 10;
  private static final int SECOND_BYTES = 256 << 10;

  /**
   * An array so large, of 8 MiB, lies at a cache line, and behind its header this float does too.
   */
  private static final int FLOATS = 2 << 20;

  private static final int ALIGNED = 12;
  private static final int ACROSS = ALIGNED + 1;

  /** Short, so that some trials are not interrupted where other processes run. */
  private static final long TRIAL_NANOS = 2_000_000;

  private static final int TRIALS = 400;

  /** Where results go, so that nothing is left out as unused. */
  private static volatile float sink;

  static Roofline measure() {
    var values = new float[PeakLoops.bits() / Float.SIZE];
    var once = TIMES * PeakLoops.multiplyAddsEachTime();
    return new Roofline(
        PeakLoops.bits(),
        best(
            () -> {
              for (var i = 0; i < CALLS; i++) {
                sink = PeakLoops.multiplyAdds(values, TIMES);
              }
              return CALLS;
            },
            once),
        loads(FIRST_BYTES, ALIGNED),
        loads(SECOND_BYTES, ALIGNED),
        loads(FIRST_BYTES, ACROSS),
        loads(SECOND_BYTES, ACROSS));
  }

  /** 10^9 multiply-adds per second with one load each. */
  double most(double gigabytes) {
    return Math.min(multiplyAdds, gigabytes / Float.BYTES);
  }

  private static double loads(int bytes, int first) {
    var values = new float[FLOATS];
    var count = bytes / Float.BYTES;
    return best(
        () -> {
          for (var i = 0; i < CALLS; i++) {
            sink = PeakLoops.sum(values, first, count, SECOND_BYTES * Byte.SIZE / PeakLoops.bits());
          }
          return CALLS;
        },
        SECOND_BYTES);
  }

  /** The best of some trials, in 10^9 per second; other processes only ever make it slower. */
  private static double best(IntSupplier work, long each) {
    var best = 0.0;
    for (var trial = 0; trial < TRIALS; trial++) {
      var done = 0L;
      var start = System.nanoTime();
      var nanos = 0L;
      while (nanos < TRIAL_NANOS) {
        done += work.getAsInt() * each;
        nanos = System.nanoTime() - start;
      }
      best = Math.max(best, (double) done / nanos);
    }
    return best;
  }
}
