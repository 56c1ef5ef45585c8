package io.topiary.trainer;

import io.topiary.engine.Computing;
import io.topiary.engine.Momentum;
import io.topiary.engine.Snapshot;
import io.topiary.engine.TrainedNetwork;
import io.topiary.engine.TrainingListener;
import io.topiary.engine.TrainingRun;
import io.topiary.engine.Weights;
import io.topiary.engine.data.Augmentation;
import io.topiary.engine.data.DataSetLibrary;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.runtime.artifact.Snapshots;
import io.topiary.runtime.network.Networks;
import io.topiary.runtime.queue.JobRefusedException;
import io.topiary.runtime.recipe.LearningRates;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Stage;
import io.topiary.schemas.TrainingJob;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a job asks for, done: it depends on nothing but the job, the artifacts and the data, so the
 * same job makes the same weights, bit for bit, on the same kind of CPU.
 *
 * <p>A job that can never be done ends in an {@link InvalidInputException}, a {@link
 * CorruptArtifactException} or a {@link JobRefusedException}; files that are away in an {@link
 * ArtifactException} or an {@link IOException}.
 */
final class JobTraining {

  private static final Logger log = LoggerFactory.getLogger(JobTraining.class);

  private final ArtifactStore artifacts;
  private final Snapshots snapshots;
  private final Networks networks;
  private final DataSetLibrary dataSets;
  private final Clock clock;

  JobTraining(ArtifactStore artifacts, Snapshots snapshots, DataSetLibrary dataSets, Clock clock) {
    this.artifacts = artifacts;
    this.snapshots = snapshots;
    this.networks = new Networks(artifacts);
    this.dataSets = dataSets;
    this.clock = clock;
  }

  /**
   * Trains on the calling thread, with what is given, from the job's start weights or from those
   * its seed decides, and from its momentum or from none; or on from its furthest snapshot. A job
   * of no iterations enforces its mask, and leaves all else as it was.
   */
  TrainedNetwork train(TrainingJob job, Computing computing, TrainingListener listener)
      throws IOException {
    var recipe = job.getRecipe();
    var schedule = LearningRates.schedule(recipe.getLearningRate());
    var network = networks.network(recipe.getNetwork());
    var data = open(recipe.getData());
    var mask = job.getMask().map(artifact -> artifacts.read(artifact, Mask::read));
    var run =
        new TrainingRun(
            data.train(),
            augmentation(recipe),
            schedule,
            recipe.getBatchSize(),
            new Sgd(recipe.getMomentum(), recipe.getWeightDecay()),
            Sparsifications.of(job, mask),
            recipe.getSeed(),
            computing);
    var snapshot =
        snapshots.furthest(
            job.getJobId(),
            file -> {
              var read = Snapshot.read(network, file, job.getJobId());
              run.requireFit(read);
              return read;
            });
    try {
      if (snapshot.isPresent()) {
        log.info("Job {} goes on after {} iterations", job.getJobId(), snapshot.get().iteration());
        return run.resume(snapshot.get().content(), listener);
      }
      return run.run(start(job, network), momentum(job, network), listener);
    } catch (UncheckedIOException e) {
      // A picture's file, which may be there again later.
      throw e.getCause();
    }
  }

  /**
   * Stores the trained weights, and the momentum if another phase is to go on from it, and returns
   * the record that tells of them.
   */
  Checkpoint store(TrainingJob job, TrainedNetwork trained) {
    var stage = stage(job);
    var artifact = artifacts.write(file -> trained.weights().write(file, Map.of()));
    var checkpoint =
        Checkpoint.newBuilder()
            .setCheckpointId(Ids.checkpointId(job.getJobId(), stage))
            .setJobId(job.getJobId())
            .setStage(stage)
            .setLineage(job.getLineage())
            .setArtifact(artifact)
            .setTargetSparsity(job.getTargetSparsity())
            .setRecipe(job.getRecipe())
            .setEpochLoss(trained.epochLoss())
            .setAt(clock.instant());
    // An attempt that went on after the last iteration has nothing to say of it.
    if (trained.imagesPerSecond() > 0) {
      checkpoint.setTrainingImagesPerSecond(trained.imagesPerSecond());
    }
    if (hasNextPhase(job)) {
      checkpoint.setMomentum(artifacts.write(trained.momentum()::write));
    }
    if (stage != Stage.DENSE) {
      checkpoint.setSparsity(trained.sparsity());
    }
    mask(job, trained).ifPresent(checkpoint::setMask);
    job.getDense().ifPresent(checkpoint::setDense);
    job.getPolicy().ifPresent(checkpoint::setPolicy);
    return checkpoint.build();
  }

  /** The mask that the job was to keep, or the one that its method arrived at. */
  private Optional<Artifact> mask(TrainingJob job, TrainedNetwork trained) {
    return stage(job) == Stage.SPARSE
        ? trained.mask().map(mask -> artifacts.write(mask::write))
        : job.getMask();
  }

  private Weights start(TrainingJob job, Network network) {
    return job.getStart()
        .map(artifact -> artifacts.read(artifact, file -> Weights.read(network, file)))
        .orElseGet(() -> Weights.initial(network, job.getRecipe().getSeed()));
  }

  private static Augmentation augmentation(Recipe recipe) {
    return recipe
        .getAugmentation()
        .map(
            asked ->
                new Augmentation(
                    asked.getCropPadding(), asked.getHorizontalFlip(), asked.getResizedCrop()))
        .orElseGet(Augmentation::none);
  }

  private Optional<Momentum> momentum(TrainingJob job, Network network) {
    return job.getMomentum()
        .map(artifact -> artifacts.read(artifact, file -> Momentum.read(network, file)));
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

  private static boolean hasNextPhase(TrainingJob job) {
    return job.getLineage().getPhase() < job.getLineage().getPhases();
  }

  /** Of the checkpoint that the job makes. */
  static Stage stage(TrainingJob job) {
    if (job.getRecipe().getSparsifier().isPresent()) {
      return Stage.SPARSE;
    }
    return job.getMask().isPresent() ? Stage.RETRAINED : Stage.DENSE;
  }
}
