package io.topiary.cli.train;

import io.topiary.cli.options.SparsifierRequest;
import io.topiary.cli.text.Accuracy;
import io.topiary.cli.text.Figures;
import io.topiary.engine.Predictions;
import io.topiary.engine.SparsifierSearch.Found;
import io.topiary.engine.SparsifierSearch.Probe;
import io.topiary.engine.TrainedNetwork;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Str;
import io.topiary.sparsity.mask.Mask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a training came to, in lines. */
final class TrainReport {

  private TrainReport() {}

  /**
   * How good the network is, how sparse, and how fast it was trained.
   *
   * @param test what it makes of the test images
   */
  static List<String> lines(Training planned, Training.Done done, Predictions test) {
    var computing = planned.run().computing();
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
            "Throughput: %,.0f img/s without loading images, %,.0f img/s by the clock, on %s with %s",
            trained.imagesPerSecond(),
            done.imagesPerSecond(),
            computing.device(),
            Figures.count(computing.threads(), "thread")));
    done.found().map(found -> search(found, planned)).ifPresent(lines::addAll);
    return lines;
  }

  private static List<String> search(Found found, Training planned) {
    var lines = new ArrayList<String>();
    lines.add(chosen(found));
    lines.add(
        found.probes().stream()
            .map(
                probe ->
                    Figures.percent(probe.reached()) + " at " + Figures.number(probe.parameter()))
            .collect(Collectors.joining(", ", "Sparsity by itself: ", "")));
    if (!found.close()) {
      lines.add(
          Figures.format(
              "No training came within %s of %s by itself; the one at %s (%s by itself) was the most"
                  + " accurate.",
              Figures.count(Math.round(100 * Training.TOLERANCE), "point"),
              target(planned),
              Figures.number(found.probe().parameter()),
              Figures.percent(found.probe().reached())));
    }
    return lines;
  }

  /**
   * What should not pass in silence: a network that is more than a point sparser than it was to be,
   * and tensors that have no weight left.
   */
  static List<String> warnings(Training planned, TrainedNetwork trained) {
    var lines = new ArrayList<String>();
    planned
        .sparsifier()
        .filter(asked -> trained.sparsity() > asked.sparsity() + Training.TOLERANCE)
        .map(asked -> tooSparse(asked, planned, trained))
        .ifPresent(lines::add);
    var empty =
        trained.mask().map(Mask::sparsities).orElse(Map.of()).entrySet().stream()
            .filter(tensor -> tensor.getValue() == 1)
            .map(Map.Entry::getKey)
            .collect(Collectors.joining(", "));
    if (!empty.isEmpty()) {
      lines.add("No weight is left in " + empty + ".");
    }
    return lines;
  }

  private static String tooSparse(
      SparsifierRequest asked, Training planned, TrainedNetwork trained) {
    return Figures.format(
        "The network is %s sparse, where %s was asked for%s.",
        Figures.percent(trained.sparsity()),
        target(planned),
        asked
            .method()
            .parameter()
            .map(name -> "; a lower " + name + " leaves more weights")
            .orElse(""));
  }

  private static String target(Training planned) {
    var asked = planned.sparsifier().map(SparsifierRequest::sparsity).orElse(0.0);
    return Figures.number(100 * asked) + "%";
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
