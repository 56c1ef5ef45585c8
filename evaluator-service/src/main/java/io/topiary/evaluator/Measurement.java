package io.topiary.evaluator;

import io.topiary.engine.data.ImageDataSet;
import io.topiary.evaluator.timing.Measured;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Stage;
import java.time.Instant;
import java.util.Optional;

/**
 * What was found out about a checkpoint's network.
 *
 * @param network the network's name
 * @param data what it was measured on
 * @param own what it answers
 * @param dense what its dense ancestor answers; absent when it has none
 * @param measured how long it takes
 */
record Measurement(
    String network,
    ImageDataSet data,
    Compression compression,
    Judged own,
    Optional<Judged> dense,
    Measured measured) {

  /** The record that tells of it. */
  Evaluation toEvaluation(String id, Checkpoint checkpoint, Instant at) {
    var evaluation = Evaluation.newBuilder().setEvaluationId(id).setAt(at);
    tellOrigin(evaluation, checkpoint);
    tellCompression(evaluation);
    tellAnswers(evaluation);
    tellMeasured(evaluation);
    dense.ifPresent(
        ancestor -> tellDifference(evaluation, ancestor.answers(), checkpoint.getStage()));
    return evaluation.build();
  }

  private void tellOrigin(Evaluation.Builder evaluation, Checkpoint checkpoint) {
    var recipe = checkpoint.getRecipe();
    evaluation
        .setCheckpointId(checkpoint.getCheckpointId())
        .setStage(checkpoint.getStage())
        .setLineage(checkpoint.getLineage())
        .setNetwork(network)
        .setData(recipe.getData().getName())
        .setSchedule(recipe.getLearningRate().getSchedule())
        .setTargetSparsity(checkpoint.getTargetSparsity())
        .setSeed(recipe.getSeed())
        .setMadeAt(checkpoint.getAt());
    checkpoint.getPolicy().ifPresent(evaluation::setPolicy);
  }

  private void tellCompression(Evaluation.Builder evaluation) {
    evaluation
        .setLayers(compression.layers())
        .setSparsity(compression.sparsity())
        .setParameterSparsity(compression.parameterSparsity())
        .setFlopsDense(compression.flopsDense())
        .setFlopsSparse(compression.flopsSparse())
        .setTheoreticalSpeedup(compression.theoreticalSpeedup())
        .setBytesDense(compression.bytesDense())
        .setBytesSparse(compression.bytesSparse())
        .setBytesGzipped(own.bytesGzipped());
    dense.ifPresent(ancestor -> evaluation.setDenseBytesGzipped(ancestor.bytesGzipped()));
  }

  private void tellAnswers(Evaluation.Builder evaluation) {
    var answers = own.answers();
    evaluation
        .setValidation(Answers.score(answers.validation()))
        .setValidationClasses(Answers.classes(data.validation(), answers.validation()))
        .setTest(Answers.score(answers.test()))
        .setTestClasses(Answers.classes(data.test(), answers.test()));
  }

  private void tellMeasured(Evaluation.Builder evaluation) {
    evaluation.setMeasured(measured.speedups());
    measured.protocol().ifPresent(evaluation::setProtocol);
  }

  /**
   * Tells how the network differs from its dense ancestor on the same images. One that was just
   * pruned, its BatchNorm statistics refreshed, has a pruning stability: its accuracy over that of
   * the ancestor. Source: Zimmer, Spiegel and Pokutta, 2023, ICLR (arXiv 2111.00843).
   */
  private void tellDifference(Evaluation.Builder evaluation, Answers ancestor, Stage stage) {
    var answers = own.answers();
    evaluation
        .setDenseValidation(Answers.score(ancestor.validation()))
        .setDenseTest(Answers.score(ancestor.test()))
        .setValidationDisagreement(
            Answers.disagreement(data.validation(), ancestor.validation(), answers.validation()))
        .setTestDisagreement(Answers.disagreement(data.test(), ancestor.test(), answers.test()));
    if (stage == Stage.PRUNED && ancestor.test().correct() > 0) {
      evaluation.setStability(answers.test().accuracy() / ancestor.test().accuracy());
    }
  }
}
