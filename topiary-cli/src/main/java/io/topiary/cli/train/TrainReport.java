package io.topiary.cli.train;

import io.topiary.cli.text.Accuracy;
import io.topiary.cli.text.Figures;
import io.topiary.engine.Computing;
import io.topiary.engine.Predictions;
import io.topiary.engine.TrainedNetwork;
import java.util.ArrayList;
import java.util.List;

/** What a training came to, in lines. */
final class TrainReport {

  private TrainReport() {}

  /**
   * How good the network is, how sparse, and how fast it was trained.
   *
   * @param test what it makes of the test images
   * @param computing what it was trained with
   */
  static List<String> lines(TrainedNetwork trained, Predictions test, Computing computing) {
    var images = test.answers().size();
    var lines = new ArrayList<String>();
    lines.add(
        Figures.format(
            "Accuracy on %,d test images: %s %%",
            images, Accuracy.withError(test.correct(), images)));
    lines.add(
        Figures.format("Sparsity: %s of the prunable weights", Figures.percent(trained.sparsity()))
            + last(trained.prunedInTheEnd()));
    lines.add(
        Figures.format(
            "Throughput: %,.0f img/s on %s with %s",
            trained.imagesPerSecond(),
            computing.device(),
            Figures.count(computing.threads(), "thread")));
    return lines;
  }

  /** What training left to do. */
  private static String last(long prunedInTheEnd) {
    return prunedInTheEnd == 0
        ? ""
        : Figures.format(", %,d of them pruned when training had ended", prunedInTheEnd);
  }
}
