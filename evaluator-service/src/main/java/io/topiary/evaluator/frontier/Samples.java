package io.topiary.evaluator.frontier;

import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.FrontierSample;
import io.topiary.schemas.MeasuredSample;
import io.topiary.schemas.MeasuredSpeedup;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Score;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What single evaluations add to points of the frontier. */
final class Samples {

  private Samples() {}

  /**
   * Whether the evaluation is of what a plan or a training ends with: networks on their way, in the
   * earlier phases of a plan, add to no point. Records of before there were phases have none.
   */
  static boolean isOfLastPhase(Evaluation evaluation) {
    var lineage = evaluation.getLineage();
    return lineage.getPhases() == 0 || lineage.getPhase() == lineage.getPhases();
  }

  /** Whether it says all that its sample needs; versions before 4 leave that to the checkpoint. */
  static boolean tellsItsOrigin(Evaluation evaluation) {
    return evaluation.getSeed().isPresent() && evaluation.getMadeAt().isPresent();
  }

  /**
   * @param checkpoint that which was evaluated, when it is known
   */
  static FrontierSample of(Evaluation evaluation, Optional<Checkpoint> checkpoint) {
    var sample =
        FrontierSample.newBuilder()
            .setCheckpointId(evaluation.getCheckpointId())
            .setNetwork(evaluation.getNetwork())
            .setMadeAt(
                evaluation
                    .getMadeAt()
                    .or(() -> checkpoint.map(Checkpoint::getAt))
                    .orElse(evaluation.getAt()))
            .setValidationAccuracy(accuracy(evaluation.getValidation()))
            .setTestAccuracy(accuracy(evaluation.getTest()))
            .setSparsity(evaluation.getSparsity())
            .setTheoreticalSpeedup(evaluation.getTheoreticalSpeedup())
            .setMeasured(measured(evaluation.getMeasured()))
            .setWithheld(withheld(evaluation.getMeasured()))
            .setBytesDense(evaluation.getBytesDense())
            .setBytesSparse(evaluation.getBytesSparse());
    evaluation
        .getSeed()
        .or(() -> checkpoint.map(Checkpoint::getRecipe).map(Recipe::getSeed))
        .ifPresent(sample::setSeed);
    evaluation.getStability().ifPresent(sample::setStability);
    evaluation.getBytesGzipped().ifPresent(sample::setBytesGzipped);
    return sample.build();
  }

  /** Right answers over images. */
  static double accuracy(Score score) {
    return score.getCorrect() / (double) score.getImages();
  }

  /** Those that were told: what was withheld is no figure. */
  private static List<MeasuredSample> measured(List<MeasuredSpeedup> speedups) {
    return speedups.stream()
        .flatMap(
            measured ->
                measured
                    .getSpeedup()
                    .map(speedup -> new MeasuredSample(measured.getBatch(), speedup))
                    .stream())
        .sorted(Comparator.comparing(MeasuredSample::getBatch))
        .toList();
  }

  private static List<Integer> withheld(List<MeasuredSpeedup> speedups) {
    return speedups.stream()
        .filter(measured -> measured.getSpeedup().isEmpty())
        .map(MeasuredSpeedup::getBatch)
        .sorted()
        .toList();
  }
}
