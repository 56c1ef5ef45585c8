package io.topiary.cli.compare;

import io.topiary.cli.compare.Findings.Finished;
import io.topiary.cli.compare.experiment.Cell;
import io.topiary.cli.compare.experiment.Experiment;
import io.topiary.cli.compare.experiment.Trial;
import io.topiary.cli.compare.result.DenseResult;
import io.topiary.cli.compare.result.Layer;
import io.topiary.cli.compare.result.Measured;
import io.topiary.cli.compare.result.Run;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.MeasuredSpeedup;
import io.topiary.schemas.Score;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What was heard, as the figures that a comparison is about. */
final class Results {

  private final Experiment experiment;
  private final Findings findings;

  Results(Experiment experiment, Findings findings) {
    this.experiment = experiment;
    this.findings = findings;
  }

  /** The dense networks that are finished. */
  List<DenseResult> dense() {
    return experiment.dense().stream()
        .flatMap(
            training ->
                findings.finished(training).stream().map(made -> dense(training.seed(), made)))
        .toList();
  }

  /** The sparse networks that are finished or have failed, in the order of the table. */
  List<Run> runs() {
    return experiment.trials().stream()
        .flatMap(
            trial ->
                findings
                    .finished(trial)
                    .map(made -> run(trial, made))
                    .or(() -> findings.failure(trial).map(why -> failed(trial.cell(), why)))
                    .stream())
        .toList();
  }

  private static DenseResult dense(long seed, Finished made) {
    var checkpoint = made.checkpoint();
    return new DenseResult(
        seed,
        accuracy(made.evaluation().getValidation()),
        accuracy(made.evaluation().getTest()),
        checkpoint.getRecipe().getEpochs(),
        Rates.of(checkpoint.getRecipe().getLearningRate()),
        checkpoint.getEpochLoss(),
        checkpoint.getTrainingImagesPerSecond(),
        checkpoint.getCheckpointId());
  }

  private Run run(Trial trial, Finished made) {
    var cell = trial.cell();
    var checkpoint = made.checkpoint();
    var evaluation = made.evaluation();
    return new Run(
        cell.name(),
        cell.sparsity(),
        cell.retrainEpochs(),
        cell.seed(),
        Optional.of(accuracy(evaluation.getValidation())),
        Optional.of(accuracy(evaluation.getTest())),
        evaluation.getDenseTest().map(Results::accuracy),
        Optional.of(evaluation.getSparsity()),
        Optional.of(evaluation.getTheoreticalSpeedup()),
        evaluation.getMeasured().stream().map(Results::measured).toList(),
        imagesPerSecond(trial, made),
        evaluation.getLayers().stream()
            .map(layer -> new Layer(layer.getName(), layer.getElements(), layer.getZeros()))
            .toList(),
        checkpoint.getEpochLoss(),
        Optional.of(Rates.of(checkpoint.getRecipe().getLearningRate())),
        Optional.of(checkpoint.getCheckpointId()),
        Optional.empty());
  }

  private static Run failed(Cell cell, String why) {
    return Run.failed(cell.name(), cell.sparsity(), cell.retrainEpochs(), cell.seed(), why);
  }

  private static Measured measured(MeasuredSpeedup timed) {
    return new Measured(
        timed.getBatch(), timed.getSpeedup(), timed.getLow(), timed.getHigh(), timed.getWithheld());
  }

  /** All images over all seconds, of the dense training and of every phase. */
  private Optional<Double> imagesPerSecond(Trial trial, Finished made) {
    var dense =
        trial instanceof Trial.Pruning pruning
            ? findings.finished(pruning.dense()).map(Finished::checkpoint).stream()
            : Stream.<Checkpoint>empty();
    var trained =
        Stream.concat(dense, made.phases().stream())
            .filter(part -> part.getTrainingImagesPerSecond().filter(pace -> pace > 0).isPresent())
            .toList();
    var epochs = trained.stream().mapToDouble(part -> part.getRecipe().getEpochs()).sum();
    var time =
        trained.stream()
            .mapToDouble(
                part ->
                    part.getRecipe().getEpochs() / part.getTrainingImagesPerSecond().orElseThrow())
            .sum();
    return time > 0 ? Optional.of(epochs / time) : Optional.empty();
  }

  private static double accuracy(Score score) {
    return (double) score.getCorrect() / score.getImages();
  }
}
