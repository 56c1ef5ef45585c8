package io.topiary.cli.demo;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.text.Columns.aligned;
import static io.topiary.cli.text.Figures.format;

import io.topiary.cli.demo.DemoResults.Finished;
import io.topiary.cli.text.Accuracy;
import io.topiary.schemas.Disagreement;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Score;
import io.topiary.schemas.Stage;
import io.topiary.sparsity.plan.Phase;
import io.topiary.sparsity.plan.PruningPlan;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The finished demo as a table of test figures, a line per network. */
final class DemoTable {

  private static final List<String> HEADER =
      List.of(
          "network",
          "accuracy %",
          "vs dense",
          "just pruned %",
          "theor. speedup",
          "1 image",
          "64 images",
          "bytes dense",
          "bytes sparse",
          "d1",
          "d2",
          "peak rate");

  private static final List<String> PHASES_HEADER =
      List.of(
          "network",
          "phase",
          "sparsity",
          "just pruned %",
          "retrained %",
          "d1",
          "d2",
          "peak rate",
          "epochs");

  /** What a phase that is not retrained has. */
  private static final String NOTHING = "-";

  private DemoTable() {}

  /** The lines of the table; of a network that is not finished there is none. */
  static List<String> lines(DemoResults results) {
    var rows = new ArrayList<List<String>>();
    rows.add(HEADER);
    results.dense().map(DemoTable::dense).ifPresent(rows::add);
    for (var plan : results.plans()) {
      results
          .last(Stage.RETRAINED, plan)
          .map(retrained -> retrained(retrained, results.last(Stage.PRUNED, plan)))
          .ifPresent(rows::add);
    }
    return aligned(rows);
  }

  /** The phases on the way, a line for each; none when every plan has but one. */
  static List<String> phases(DemoResults results) {
    var rows = new ArrayList<List<String>>();
    for (var plan : results.plans()) {
      for (var phase : plan.phases()) {
        results
            .finished(Stage.RETRAINED, plan, phase.number())
            .map(
                retrained ->
                    phase(
                        plan,
                        phase,
                        retrained,
                        results.finished(Stage.PRUNED, plan, phase.number())))
            .ifPresent(rows::add);
      }
    }
    if (results.plans().stream().allMatch(plan -> plan.phases().size() == 1)) {
      return List.of();
    }
    rows.add(0, PHASES_HEADER);
    return aligned(rows);
  }

  /** Where the weights of every finished network lie, dense and retrained. */
  static List<String> checkpoints(DemoResults results) {
    var rows = new ArrayList<List<String>>();
    results.dense().ifPresent(dense -> rows.add(List.of("dense", path(dense))));
    for (var plan : results.plans()) {
      results
          .last(Stage.RETRAINED, plan)
          .ifPresent(retrained -> rows.add(List.of(sparsity(retrained), path(retrained))));
    }
    return aligned(rows);
  }

  private static String path(Finished finished) {
    return Path.of(URI.create(finished.checkpoint().getArtifact().getUri())).toString();
  }

  private static String sparsity(Finished finished) {
    return format("%.2f%% sparse", 100 * finished.evaluation().getSparsity());
  }

  private static List<String> dense(Finished dense) {
    var evaluation = dense.evaluation();
    return List.of(
        "dense",
        accuracy(evaluation.getTest()),
        "",
        "",
        speedup(evaluation),
        measured(evaluation, 1),
        measured(evaluation, 64),
        bytes(evaluation.getBytesDense()),
        "",
        "",
        "",
        rate(dense));
  }

  private static List<String> phase(
      PruningPlan plan, Phase phase, Finished retrained, Optional<Finished> pruned) {
    var learningRate = retrained.checkpoint().getRecipe().getLearningRate();
    var idle = learningRate.getIterations() == 0;
    return List.of(
        format("%.2f%% sparse", 100 * plan.finalSparsity()),
        format("%d/%d", phase.number(), plan.phases().size()),
        format("%.2f%%", 100 * retrained.evaluation().getSparsity()),
        pruned.map(before -> percent(before.evaluation().getTest())).orElse(""),
        percent(retrained.evaluation().getTest()),
        idle ? NOTHING : share(learningRate.getD1()),
        idle ? NOTHING : share(learningRate.getD2()),
        idle ? NOTHING : rate(retrained),
        number(retrained.checkpoint().getRecipe().getEpochs()));
  }

  private static List<String> retrained(Finished retrained, Optional<Finished> pruned) {
    var evaluation = retrained.evaluation();
    var learningRate = retrained.checkpoint().getRecipe().getLearningRate();
    return List.of(
        sparsity(retrained),
        accuracy(evaluation.getTest()),
        evaluation
            .getTestDisagreement()
            .map(disagreement -> change(disagreement, evaluation.getTest().getImages()))
            .orElse(""),
        pruned.map(before -> percent(before.evaluation().getTest())).orElse(""),
        speedup(evaluation),
        measured(evaluation, 1),
        measured(evaluation, 64),
        bytes(evaluation.getBytesDense()),
        bytes(evaluation.getBytesSparse()),
        share(learningRate.getD1()),
        share(learningRate.getD2()),
        rate(retrained));
  }

  private static String accuracy(Score score) {
    return Accuracy.withError(score.getCorrect(), score.getImages());
  }

  /**
   * Change of accuracy on the same n images, in points: (won - lost) / n. Only the images that the
   * two networks answer differently count, so its standard error sqrt((won + lost - (won - lost)^2
   * / n)) / n is smaller than that of either accuracy.
   */
  private static String change(Disagreement disagreement, int images) {
    double won = disagreement.getWon();
    double lost = disagreement.getLost();
    var difference = won - lost;
    var error = Math.sqrt(won + lost - difference * difference / images) / images;
    return format("%+.2f ±%.2f", 100 * difference / images, 100 * error);
  }

  private static String percent(Score score) {
    return Accuracy.percent(score.getCorrect(), score.getImages());
  }

  private static String speedup(Evaluation evaluation) {
    return format("%.2fx", evaluation.getTheoreticalSpeedup());
  }

  /** Of passes over so many images; nothing where nothing was timed. */
  private static String measured(Evaluation evaluation, int batch) {
    return evaluation.getMeasured().stream()
        .filter(measured -> measured.getBatch() == batch)
        .map(
            measured ->
                measured.getSpeedup().map(speedup -> format("%.2fx", speedup)).orElse("withheld"))
        .findFirst()
        .orElse("");
  }

  private static String bytes(long bytes) {
    return format("%,d", bytes);
  }

  private static String share(Optional<Double> d) {
    return d.map(value -> format("%.3f", value)).orElse("");
  }

  private static String rate(Finished finished) {
    return format("%.4f", finished.checkpoint().getRecipe().getLearningRate().getPeak());
  }
}
