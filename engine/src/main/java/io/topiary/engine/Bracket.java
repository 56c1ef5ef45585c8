package io.topiary.engine;

/**
 * What is known of where a rising function passes a value: between the highest position that is too
 * low and the lowest that is not. As long as one of them is missing, steps towards it double; then
 * the interval is halved.
 */
final class Bracket {
  /** Positions closer than this are alike. */
  private static final double FINEST = 1e-3;

  /** Five steps that double: the function will not pass the value any more. */
  private static final double FARTHEST = 31;

  private double low = Double.NEGATIVE_INFINITY;
  private double high = Double.POSITIVE_INFINITY;
  private double step = 0.5;

  /** The position to try next; 0 at first. */
  double next() {
    if (Double.isInfinite(width())) {
      if (Double.isFinite(low)) {
        return low + step;
      }
      return Double.isFinite(high) ? high - step : 0;
    }
    return low + width() / 2;
  }

  /** Takes in what came of a position that {@link #next} proposed. */
  void learn(double position, boolean tooLow) {
    step *= 2;
    if (tooLow) {
      low = position;
    } else {
      high = position;
    }
  }

  /** Whether there is no position worth a try. */
  boolean isExhausted() {
    return width() <= FINEST || Math.abs(next()) > FARTHEST;
  }

  private double width() {
    return high - low;
  }
}
