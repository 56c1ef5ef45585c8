package io.topiary.cli.train;

import io.topiary.cli.text.Accuracy;
import io.topiary.cli.text.Figures;
import io.topiary.engine.Computing;
import io.topiary.engine.Predictions;
import io.topiary.engine.SparsifierSearch.Found;
import io.topiary.engine.SparsifierSearch.Probe;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Str;
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
  static List<String> lines(Training.Done done, Predictions test, Computing computing) {
    var trained = done.network();
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
    done.found().map(TrainReport::chosen).ifPresent(lines::add);
    return lines;
  }

  private static String chosen(Found found) {
    return Figures.format(
        "%s: %s, chosen from %s",
        name(found.sparsification()),
        Figures.number(found.probe().parameter()),
        Figures.count(found.probes().size(), "training"));
  }

  /** What a search says of one of its trainings. */
  static String probed(Sparsification method, Probe probe) {
    return Figures.format(
        "%s %s: sparsity %s by itself, %s of the validation images right",
        name(method),
        Figures.number(probe.parameter()),
        Figures.percent(probe.reached()),
        Figures.percent(probe.validationAccuracy()));
  }

  private static String name(Sparsification method) {
    return method instanceof Str ? "Initial threshold" : "Alpha";
  }

  /** What training left to do. */
  private static String last(long prunedInTheEnd) {
    return prunedInTheEnd == 0
        ? ""
        : Figures.format(", %,d of them pruned when training had ended", prunedInTheEnd);
  }
}
