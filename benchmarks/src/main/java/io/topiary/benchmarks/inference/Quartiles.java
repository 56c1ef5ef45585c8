package io.topiary.benchmarks.inference;

import java.util.Arrays;
import java.util.Locale;

/** The median of some figures, the quarters beside it, and the ends. */
record Quartiles(double least, double lower, double median, double upper, double most) {

  static Quartiles of(double[] figures) {
    var sorted = figures.clone();
    Arrays.sort(sorted);
    return new Quartiles(
        sorted[0], at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75), sorted[sorted.length - 1]);
  }

  /** Between two figures in proportion. */
  private static double at(double[] sorted, double share) {
    var place = share * (sorted.length - 1);
    var below = (int) Math.floor(place);
    var above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /** As a ratio: "4.12 (4.05 to 4.20)", the middle half of the rounds. */
  String asRatio() {
    return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", median, lower, upper);
  }
}
