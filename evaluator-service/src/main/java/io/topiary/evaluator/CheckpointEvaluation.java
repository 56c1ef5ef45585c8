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
    var ancestor = ancestor(checkpoint);
    var known = ancestor.flatMap(dense -> denseAnswers.find(recipe, dense));
    var unknown = known.isEmpty() ? ancestor : Optional.<Artifact>empty();

    var passes = new Passes(images(checkpoint.getStage(), data, unknown.isPresent()), listener);
    var answers = answers(measured(checkpoint, weights, data, passes), data, passes);
    if (checkpoint.getStage() == Stage.DENSE) {
      denseAnswers.add(recipe, checkpoint.getArtifact(), answers);
    }
    var asked = unknown.map(dense -> answers(read(dense, network), data, passes));
    asked.ifPresent(dense -> denseAnswers.add(recipe, unknown.orElseThrow(), dense));

    var compression = Compression.of(weights);
    return new Measurement(network.name(), data, compression, answers, known.or(() -> asked))
        .toEvaluation(id, checkpoint, clock.instant());
  }

  private ImageDataSet open(DataSpec spec) throws IOException {
    var data = dataSets.open(spec.getName(), spec.getSha256(), spec.getImageSize());
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

  private static Answers answers(Weights weights, ImageDataSet data, Passes passes) {
    return new Answers(
        Evaluator.evaluate(weights, data.validation(), passes.next()),
        Evaluator.evaluate(weights, data.test(), passes.next()));
  }

  private static Optional<Artifact> ancestor(Checkpoint checkpoint) {
    return checkpoint.getStage() == Stage.DENSE
        ? Optional.empty()
        : checkpoint.getDense().map(DenseRun::getArtifact);
  }

  /** Images that go through a network, each once in every pass. */
  private static long images(Stage stage, ImageDataSet data, boolean ancestorToo) {
    var refreshed = stage == Stage.PRUNED ? data.train().size() : 0L;
    var asked = (long) data.validation().size() + data.test().size();
    return refreshed + (ancestorToo ? 2 : 1) * asked;
  }

  private static void requireKnown(Checkpoint checkpoint) {
    if (checkpoint.getStage() == Stage.UNKNOWN) {
      throw JobRefusedException.unknown("The checkpoint's stage", Stage.class);
    }
    if (checkpoint.getRecipe().getLearningRate().getSchedule() == Schedule.UNKNOWN) {
      throw JobRefusedException.unknown("The learning-rate schedule", Schedule.class);
    }
  }
}
