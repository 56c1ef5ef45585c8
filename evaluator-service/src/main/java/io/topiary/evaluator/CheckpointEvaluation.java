package io.topiary.evaluator;

import io.topiary.engine.BatchNormRefresh;
import io.topiary.engine.Evaluator;
import io.topiary.engine.Weights;
import io.topiary.engine.data.DataSetLibrary;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.evaluator.timing.SpeedupMeasurement;
import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.runtime.network.Networks;
import io.topiary.runtime.queue.JobRefusedException;
import io.topiary.runtime.quiet.QuietPeriods;
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
  private final SpeedupMeasurement speedups;
  private final QuietPeriods quietPeriods;
  private final KnownNetworks knownDense = new KnownNetworks();

  CheckpointEvaluation(
      ArtifactStore artifacts,
      DataSetLibrary dataSets,
      Clock clock,
      SpeedupMeasurement speedups,
      QuietPeriods quietPeriods) {
    this.artifacts = artifacts;
    this.networks = new Networks(artifacts);
    this.dataSets = dataSets;
    this.clock = clock;
    this.speedups = speedups;
    this.quietPeriods = quietPeriods;
  }

  /** Evaluates on the calling thread, pausing while something else in the process is timed. */
  Evaluation evaluate(String id, Checkpoint checkpoint, EvaluationListener listener)
      throws IOException {
    requireKnown(checkpoint);
    try (var work = quietPeriods.begin(listener::stopping)) {
      return evaluate(id, checkpoint, listener, work);
    }
  }

  private Evaluation evaluate(
      String id, Checkpoint checkpoint, EvaluationListener listener, QuietPeriods.Work work)
      throws IOException {
    Runnable goOn = () -> requireWanted(listener);
    Runnable pause =
        () -> {
          goOn.run();
          work.pause();
        };
    var recipe = checkpoint.getRecipe();
    var network = networks.network(recipe.getNetwork());
    var data = open(recipe.getData());
    var weights = weights(checkpoint, network);
    var ancestor = ancestor(checkpoint);
    var known = ancestor.flatMap(dense -> knownDense.find(recipe, dense));
    var unknown = known.isEmpty() ? ancestor : Optional.<Artifact>empty();

    var images = images(checkpoint.getStage(), data, unknown.isPresent());
    var passes = new Passes(images, pausing(listener, work));
    var refreshed = refreshed(checkpoint, weights, data, passes);
    var own = new Judged(answers(refreshed, data, passes), GzippedSize.of(weights, pause));
    if (checkpoint.getStage() == Stage.DENSE) {
      knownDense.add(recipe, checkpoint.getArtifact(), own);
    }
    var judged = Optional.<Judged>empty();
    if (unknown.isPresent()) {
      judged = Optional.of(judge(read(unknown.get(), network), data, passes, pause));
      knownDense.add(recipe, unknown.get(), judged.get());
    }
    var measured = speedups.measure(refreshed, data.test(), work, goOn);
    return new Measurement(
            network.name(),
            data,
            Compression.of(weights),
            own,
            known.isPresent() ? known : judged,
            measured)
        .toEvaluation(id, checkpoint, clock.instant());
  }

  private static Judged judge(Weights weights, ImageDataSet data, Passes passes, Runnable pause)
      throws IOException {
    return new Judged(answers(weights, data, passes), GzippedSize.of(weights, pause));
  }

  private static void requireWanted(EvaluationListener listener) {
    if (listener.stopping()) {
      throw new EvaluationStoppedException();
    }
  }

  /** Lets timings pass between two batches. */
  private static EvaluationListener pausing(EvaluationListener listener, QuietPeriods.Work work) {
    return (done, total) -> {
      listener.onImages(done, total);
      work.pause();
    };
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

  private static Weights refreshed(
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
