package io.topiary.evaluator;

import io.topiary.engine.BatchNormRefresh;
import io.topiary.engine.Evaluator;
import io.topiary.engine.Weights;
import io.topiary.engine.data.DataSetLibrary;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.runtime.network.Networks;
import io.topiary.runtime.queue.JobRefusedException;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.DenseRun;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.Stage;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Network;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;

/**
 * What a checkpoint is worth. A PRUNED one is its parent's weights under its mask; BatchNorm's
 * statistics are refreshed on the recipe's training images before it is measured, and what that
 * makes of the network is thrown away. The others are measured as they are.
 *
 * <p>A checkpoint that can never be evaluated ends in an {@link InvalidInputException}, a {@link
 * CorruptArtifactException} or a {@link JobRefusedException}; files that are away in an {@link
 * ArtifactException} or an {@link IOException}.
 */
final class CheckpointEvaluation {

  private final ArtifactStore artifacts;
  private final Networks networks;
  private final DataSetLibrary dataSets;
  private final Clock clock;
  private final KnownAnswers denseAnswers = new KnownAnswers();

  CheckpointEvaluation(ArtifactStore artifacts, DataSetLibrary dataSets, Clock clock) {
    this.artifacts = artifacts;
    this.networks = new Networks(artifacts);
    this.dataSets = dataSets;
    this.clock = clock;
  }

  /** Evaluates on the calling thread. */
  Evaluation evaluate(String id, Checkpoint checkpoint, EvaluationListener listener)
      throws IOException {
    requireKnown(checkpoint);
    var recipe = checkpoint.getRecipe();
    var network = networks.network(recipe.getNetwork());
    var data = open(recipe.getData());
    var weights = weights(checkpoint, network);
    var ancestor =
        checkpoint.getStage() == Stage.DENSE
            ? Optional.<Artifact>empty()
            : checkpoint.getDense().map(DenseRun::getArtifact);

    var passes = new Passes(images(checkpoint, ancestor, data), listener);
    var answers = answers(measured(checkpoint, weights, data, passes), data, passes);
    var evaluation = Evaluation.newBuilder();
    tellOrigin(evaluation.setEvaluationId(id).setNetwork(network.name()), checkpoint);
    tellCompression(evaluation, Compression.of(weights));
    evaluation
        .setValidation(Answers.score(answers.validation()))
        .setTest(Answers.score(answers.test()));
    if (checkpoint.getStage() == Stage.DENSE) {
      denseAnswers.add(recipe, checkpoint.getArtifact(), answers);
    }
    if (ancestor.isPresent()) {
      var dense = denseAnswers(recipe, ancestor.get(), network, data, passes);
      tellDifference(evaluation, checkpoint.getStage(), data, dense, answers);
    }
    return evaluation.setAt(clock.instant()).build();
  }

  private ImageDataSet open(DataSpec spec) throws IOException {
    var data = dataSets.open(spec.getName(), spec.getSha256());
    data.requireSplit(
        spec.getHeldOutSeed(),
        spec.getTrainingImages(),
        spec.getValidationImages(),
        spec.getTestImages());
    return data;
  }

  private Weights weights(Checkpoint checkpoint, Network network) {
    var weights = read(checkpoint.getArtifact(), network);
    if (checkpoint.getStage() != Stage.PRUNED) {
      return weights;
    }
    var mask =
        checkpoint
            .getMask()
            .orElseThrow(() -> new JobRefusedException("A PRUNED checkpoint must have a mask."));
    return weights.masked(artifacts.read(mask, Mask::read));
  }

  private Weights read(Artifact weights, Network network) {
    return artifacts.read(weights, file -> Weights.read(network, file));
  }

  private static Weights measured(
      Checkpoint checkpoint, Weights weights, ImageDataSet data, Passes passes) {
    return checkpoint.getStage() == Stage.PRUNED
        ? BatchNormRefresh.refresh(
            weights, data.train(), checkpoint.getRecipe().getBatchSize(), passes.next())
        : weights;
  }

  private Answers denseAnswers(
      Recipe recipe, Artifact dense, Network network, ImageDataSet data, Passes passes) {
    var known = denseAnswers.find(recipe, dense);
    if (known.isPresent()) {
      return known.get();
    }
    var answers = answers(read(dense, network), data, passes);
    denseAnswers.add(recipe, dense, answers);
    return answers;
  }

  private static Answers answers(Weights weights, ImageDataSet data, Passes passes) {
    return new Answers(
        Evaluator.evaluate(weights, data.validation(), passes.next()),
        Evaluator.evaluate(weights, data.test(), passes.next()));
  }

  /** Images that go through a network, each once in every pass. */
  private long images(Checkpoint checkpoint, Optional<Artifact> ancestor, ImageDataSet data) {
    var refreshed = checkpoint.getStage() == Stage.PRUNED ? data.train().size() : 0L;
    var asked = (long) data.validation().size() + data.test().size();
    var ancestorIsNew =
        ancestor.filter(dense -> denseAnswers.find(checkpoint.getRecipe(), dense).isEmpty());
    return refreshed + asked + (ancestorIsNew.isPresent() ? asked : 0);
  }

  private static void tellOrigin(Evaluation.Builder evaluation, Checkpoint checkpoint) {
    var recipe = checkpoint.getRecipe();
    evaluation
        .setCheckpointId(checkpoint.getCheckpointId())
        .setStage(checkpoint.getStage())
        .setLineage(checkpoint.getLineage())
        .setData(recipe.getData().getName())
        .setSchedule(recipe.getLearningRate().getSchedule())
        .setTargetSparsity(checkpoint.getTargetSparsity());
    checkpoint.getPolicy().ifPresent(evaluation::setPolicy);
  }

  private static void tellCompression(Evaluation.Builder evaluation, Compression compression) {
    evaluation
        .setLayers(compression.layers())
        .setSparsity(compression.sparsity())
        .setParameterSparsity(compression.parameterSparsity())
        .setFlopsDense(compression.flopsDense())
        .setFlopsSparse(compression.flopsSparse())
        .setTheoreticalSpeedup(compression.theoreticalSpeedup())
        .setBytesDense(compression.bytesDense())
        .setBytesSparse(compression.bytesSparse());
  }

  private static void tellDifference(
      Evaluation.Builder evaluation,
      Stage stage,
      ImageDataSet data,
      Answers dense,
      Answers answers) {
    evaluation
        .setDenseTest(Answers.score(dense.test()))
        .setValidationDisagreement(
            Answers.disagreement(data.validation(), dense.validation(), answers.validation()))
        .setTestDisagreement(Answers.disagreement(data.test(), dense.test(), answers.test()));
    if (stage == Stage.PRUNED && dense.test().correct() > 0) {
      evaluation.setStability(answers.test().accuracy() / dense.test().accuracy());
    }
  }

  private static void requireKnown(Checkpoint checkpoint) {
    if (checkpoint.getStage() == Stage.UNKNOWN) {
      throw new JobRefusedException(
          "The checkpoint's stage is one that this evaluator does not know; it knows DENSE, PRUNED and RETRAINED.");
    }
    if (checkpoint.getRecipe().getLearningRate().getSchedule() == Schedule.UNKNOWN) {
      throw new JobRefusedException(
          "The learning-rate schedule is one that this evaluator does not know; it knows LINEAR and ALLR.");
    }
  }
}
