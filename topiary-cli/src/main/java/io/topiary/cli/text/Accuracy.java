package io.topiary.cli.text;

/** Shares of right answers, in percent. */
public final class Accuracy {

  private Accuracy() {}

  /** For example {@code 86.50}. */
  public static String percent(int correct, int images) {
    return Figures.format("%.2f", 100.0 * correct / images);
  }

  /** Accuracy p over n images with its standard error sqrt(p (1 - p) / n), both in percent. */
  public static String withError(int correct, int images) {
    var p = (double) correct / images;
    var error = 100 * Math.sqrt(p * (1 - p) / images);
    return percent(correct, images) + Figures.format(" ±%.2f", error);
  }
}
