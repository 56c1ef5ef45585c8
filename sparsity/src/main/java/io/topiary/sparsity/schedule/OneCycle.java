package io.topiary.sparsity.schedule;

import java.util.Objects;

/**
 * One rise and one fall, each along half a cosine. With peak P, a rise over W iterations, n
 * iterations in all, a start of P / 25 and an end of P / 25 / 10^4, iteration i has
 *
 * <pre>{@code
 * start + (P - start) (1 - cos(pi i / W)) / 2                  for i <= W, if W > 0
 * end + (P - end) (1 + cos(pi (i - W) / (n - 1 - W))) / 2      afterwards
 * }</pre>
 *
 * <p>Here the peak is used once, in iteration W, and the last iteration has the end's rate. If W =
 * 0, the rate falls from the peak at once. The momentum stays what it is; the paper lowers it while
 * the rate is high.
 *
 * <p>Source: Smith and Topin, 2018, Super-Convergence: Very Fast Training of Neural Networks Using
 * Large Learning Rates (arXiv 1708.07120), in the form of PyTorch's OneCycleLR with its defaults:
 * two phases, cosines, div_factor 25 and final_div_factor 10^4, pct_start being (W + 1) / n.
 *
 * @param warmUp W, the rise
 */
public record OneCycle(double peak, int warmUp, int iterations) implements DenseSchedule {

  /** Of the iterations, what the rise takes where nothing else is said, as in PyTorch. */
  public static final double USUAL_RISE = 0.3;

  private static final double START = 25;
  private static final double END = 1e4;

  public OneCycle {
    ScheduleException.requireNonNegative("The peak rate", peak);
    ScheduleException.requireWarmUp(warmUp, iterations);
  }

  @Override
  public DenseRule rule() {
    return DenseRule.ONE_CYCLE;
  }

  @Override
  public double learningRate(int iteration) {
    Objects.checkIndex(iteration, iterations);
    var start = peak / START;
    if (iteration < warmUp) {
      // From above: rounding cannot lift it over the peak.
      return peak - (peak - start) * HalfCosine.left((double) iteration / warmUp);
    }
    var fall = iterations - 1 - warmUp;
    // In the last iteration of all there may be nothing to fall.
    var share = fall == 0 ? 0 : (double) (iteration - warmUp) / fall;
    return peak * HalfCosine.left(share) + start / END * HalfCosine.left(1 - share);
  }
}
