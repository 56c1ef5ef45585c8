package io.topiary.sparsity.schedule;

/**
 * The warm-up of every schedule that has one, so of all but FT and LRW, and but for 1-cycle, which
 * starts higher: with peak P and length W > 0, iteration i from 0 to W has
 *
 * <pre>{@code P (1 - cos(pi i / W)) / 2}</pre>
 *
 * <p>which is 0 in the first iteration and P in iteration W.
 *
 * <p>Source: the implementation that the figures of Zimmer, Spiegel and Pokutta, 2023, How I
 * Learned to Stop Worrying and Love Retraining, ICLR (arXiv 2111.00843) were made with. Without a
 * warm-up, W = 0, the formula has no meaning; the schedules then begin with what would follow it.
 */
final class HalfCosine {

  private HalfCosine() {}

  /** Whether the formula holds for an iteration; it never does when there is no warm-up. */
  static boolean covers(int iteration, int warmUp) {
    return warmUp > 0 && iteration <= warmUp;
  }

  static double rate(double peak, int iteration, int warmUp) {
    return peak * (1 - StrictMath.cos(Math.PI * iteration / warmUp)) / 2;
  }

  /**
   * What is left of a fall along half a cosine: {@code (1 + cos(pi share)) / 2}, computed as {@code
   * cos^2(pi share / 2)}, which keeps its digits to the end.
   *
   * @param share of the fall that lies behind, from 0 to 1
   */
  static double left(double share) {
    var cosine = StrictMath.cos(Math.PI / 2 * share);
    return cosine * cosine;
  }

  /** Iterations since the one at which the formula ended: i - W - 1, or i if W = 0. */
  static int past(int iteration, int warmUp) {
    return warmUp == 0 ? iteration : iteration - warmUp - 1;
  }
}
