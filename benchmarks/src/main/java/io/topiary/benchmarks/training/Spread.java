package io.topiary.benchmarks.training;

import java.util.List;
import java.util.Locale;

/** The median of some figures and the range they lie in. */
record Spread(double median, double lowest, double highest) {

  static Spread of(List<Double> figures) {
    List<Double> sorted = figures.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1));
  }

  /** As a ratio: "1.23 (1.20 to 1.27)". */
  String asRatio() {
    return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", median, lowest, highest);
  }
}
