package io.topiary.pruner.pruning;

import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.network.Networks;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.DenseRun;
import io.topiary.schemas.Ids;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.Stage;
import io.topiary.schemas.TrainingJob;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.schedule.Allr;
import io.topiary.sparsity.schedule.Iterations;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Prunes a dense network once, to the target sparsity, and plans its retraining with ALLR, after
 * Zimmer, Spiegel and Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining, ICLR
 * (arXiv 2111.00843). The same checkpoint, policy and target always make the same mask, the same
 * job and the same ids.
 */
public final class OneShotPruner {

  private static final int ONLY_PHASE = 1;

  private final ArtifactStore artifacts;
  private final Networks networks;

  public OneShotPruner(ArtifactStore artifacts) {
    this.artifacts = artifacts;
    this.networks = new Networks(artifacts);
  }

  /**
   * Computes and stores the mask.
   *
   * @param planId the plan that the pruned network and its retraining belong to
   * @param at when it is done
   * @throws ArtifactException when the artifact store is away: worth a retry
   * @throws io.topiary.runtime.artifact.CorruptArtifactException when the weights are not what the
   *     checkpoint says: not worth one
   * @throws io.topiary.sparsity.InvalidInputException when the checkpoint cannot be pruned like
   *     this: not worth one
   */
  public PrunedNetwork prune(
      Checkpoint dense, PruningPolicy policy, double sparsity, String planId, Instant at) {
    requireUsable(dense);
    var network = networks.network(dense.getRecipe().getNetwork());
    var pruning = Pruning.oneShot(network, open(dense.getArtifact(), network), sparsity);
    var recipe = retraining(dense.getRecipe(), policy, pruning.relativeNormDrop(), sparsity);
    var mask = artifacts.write(pruning.mask()::write);
    var job = job(dense, recipe, Optional.of(mask), policy, sparsity, planId);
    return new PrunedNetwork(pruned(job, dense, at), job, pruning.mask().sparsity());
  }

  /**
   * The job of a checkpoint that cannot be pruned like this, for the record: with the recipe of the
   * dense network, and without a mask.
   */
  public static TrainingJob refusedJob(
      Checkpoint dense, PruningPolicy policy, double sparsity, String planId) {
    return job(dense, dense.getRecipe(), Optional.empty(), policy, sparsity, planId);
  }

  private CheckpointFile open(Artifact weights, Network network) {
    var file = artifacts.fetch(weights);
    try {
      return CheckpointFile.open(file, network);
    } catch (IOException e) {
      throw new ArtifactException("The artifact %s cannot be read: %s.".formatted(file, e), e);
    }
  }

  /** The dense recipe with this policy's epochs and the rates that ALLR works out for them. */
  private static Recipe retraining(
      Recipe dense, PruningPolicy policy, double relativeNormDrop, double sparsity) {
    var epochs = policy.getRetrainEpochs();
    var allr =
        new Allr(
            dense.getLearningRate().getPeak(),
            Allr.d1(relativeNormDrop, sparsity),
            Allr.d2(epochs, dense.getEpochs()),
            iterations(epochs, dense));
    return Recipe.newBuilder(dense)
        .setEpochs(epochs)
        .setLearningRate(
            LearningRatePlan.newBuilder()
                .setSchedule(Schedule.ALLR)
                .setPeak(allr.peak())
                .setWarmUp(allr.warmUp())
                .setIterations(allr.iterations())
                .setD1(allr.d1())
                .setD2(allr.d2())
                .build())
        .build();
  }

  private static int iterations(double epochs, Recipe dense) {
    var images = dense.getData().getTrainingImages();
    var iterations = epochs * Iterations.perEpoch(images, dense.getBatchSize());
    if (Math.rint(iterations) < 1 || iterations > Integer.MAX_VALUE) {
      throw new RefusedException(
          "Retraining for %s epochs over %d images is %s iterations; it must be 1 to %d."
              .formatted(epochs, images, iterations, Integer.MAX_VALUE));
    }
    return Iterations.of(epochs, images, dense.getBatchSize());
  }

  private static TrainingJob job(
      Checkpoint dense,
      Recipe recipe,
      Optional<Artifact> mask,
      PruningPolicy policy,
      double sparsity,
      String planId) {
    var lineage =
        Lineage.newBuilder(dense.getLineage())
            .setPlan(planId)
            .setPhase(ONLY_PHASE)
            .setParent(dense.getCheckpointId())
            .build();
    var start = dense.getArtifact();
    var job =
        TrainingJob.newBuilder()
            .setJobId(Ids.jobId(lineage, recipe, Optional.of(start), mask))
            .setLineage(lineage)
            .setRecipe(recipe)
            .setStart(start)
            .setTargetSparsity(sparsity)
            .setDense(
                DenseRun.newBuilder()
                    .setCheckpointId(dense.getCheckpointId())
                    .setArtifact(start)
                    .setEpochs(dense.getRecipe().getEpochs())
                    .setPeakRate(dense.getRecipe().getLearningRate().getPeak())
                    .setLearningRate(dense.getRecipe().getLearningRate())
                    .build())
            .setPolicy(policy.getName());
    mask.ifPresent(job::setMask);
    return job.build();
  }

  private static Checkpoint pruned(TrainingJob job, Checkpoint dense, Instant at) {
    return Checkpoint.newBuilder()
        .setCheckpointId(Ids.checkpointId(job.getJobId(), Stage.PRUNED))
        .setJobId(job.getJobId())
        .setStage(Stage.PRUNED)
        .setLineage(job.getLineage())
        .setArtifact(dense.getArtifact())
        .setMask(job.getMask().orElseThrow())
        .setTargetSparsity(job.getTargetSparsity())
        .setRecipe(job.getRecipe())
        .setDense(job.getDense().orElseThrow())
        .setPolicy(job.getPolicy().orElseThrow())
        .setEpochLoss(List.of())
        .setAt(at)
        .build();
  }

  private static void requireUsable(Checkpoint dense) {
    var recipe = dense.getRecipe();
    var peak = recipe.getLearningRate().getPeak();
    require(dense.getMask().isEmpty(), dense, "is DENSE, but has a mask; it must have none");
    require(
        recipe.getEpochs() > 0 && Double.isFinite(recipe.getEpochs()),
        dense,
        "was trained for %s epochs; it must be above 0".formatted(recipe.getEpochs()));
    require(
        peak > 0 && Double.isFinite(peak),
        dense,
        "was trained with a peak rate of %s; it must be above 0".formatted(peak));
    require(
        recipe.getBatchSize() > 0 && recipe.getData().getTrainingImages() > 0,
        dense,
        "was trained on %d images in batches of %d; both must be at least 1"
            .formatted(recipe.getData().getTrainingImages(), recipe.getBatchSize()));
  }

  private static void require(boolean condition, Checkpoint checkpoint, String complaint) {
    if (!condition) {
      throw new RefusedException(
          "Checkpoint %s %s.".formatted(checkpoint.getCheckpointId(), complaint));
    }
  }
}
