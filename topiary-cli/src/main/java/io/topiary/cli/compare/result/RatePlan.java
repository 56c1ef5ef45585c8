package io.topiary.cli.compare.result;

import java.util.List;
import java.util.Optional;

/**
 * Learning rates of a training.
 *
 * @param schedule as options name it: {@code step}, {@code allr}
 * @param iterations in all
 * @param warmUp iterations in which the rate rises
 * @param peak the highest rate
 * @param d1 of ALLR: the relative norm drop over the square root of the fraction pruned
 * @param d2 of ALLR: epochs of the phase over epochs of the dense training
 * @param rates of all iterations or, where there are more than {@link #MOST_RATES}, of some, the
 *     first and the last among them
 */
public record RatePlan(
    String schedule,
    int iterations,
    int warmUp,
    double peak,
    Optional<Double> d1,
    Optional<Double> d2,
    List<Rate> rates) {

  /** Enough to draw the rates by. */
  public static final int MOST_RATES = 200;

  public RatePlan {
    rates = List.copyOf(rates);
  }

  /**
   * The rate of one iteration.
   *
   * @param iteration counted from 0
   */
  public record Rate(int iteration, double rate) {}
}
