package io.topiary.pruner.pruning;

import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.network.Networks;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.DenseRun;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Plan;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Stage;
import io.topiary.schemas.TrainingJob;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.schedule.Iterations;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Prunes a network by one phase of a plan and plans its retraining. The same checkpoint, plan and
 * phase always make the same mask, the same job and the same ids.
 *
 * <p>What ALLR measures of a phase, the relative norm drop, refers to the network just before that
 * phase: the dense one, or the one that the phase before has retrained. After Zimmer, Spiegel and
 * Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining, ICLR (arXiv 2111.00843).
 */
public final class PhasePruner {

  private static final int FIRST = 1;

  private final ArtifactStore artifacts;
  private final Networks networks;

  public PhasePruner(ArtifactStore artifacts) {
    this.artifacts = artifacts;
    this.networks = new Networks(artifacts);
  }

  /** What a phase starts from: a network, the mask it has, and where it comes from. */
  private record Start(
      Checkpoint checkpoint, Optional<Artifact> alive, Recipe recipe, DenseRun dense, int phase) {

    /** Retraining begins without momentum, and then carries it from phase to phase. */
    Optional<Artifact> momentum() {
      return phase == FIRST ? Optional.empty() : checkpoint.getMomentum();
    }
  }

  /**
   * The first phase: computes and stores the mask. What is known already to be impossible in a
   * later phase is refused now.
   *
   * @param at when it is done
   * @throws ArtifactException when the artifact store is away: worth a retry
   * @throws io.topiary.runtime.artifact.CorruptArtifactException when the weights are not what the
   *     checkpoint says: not worth one
   * @throws io.topiary.sparsity.InvalidInputException when the checkpoint cannot be pruned like
   *     this: not worth one
   */
  public PrunedNetwork first(Checkpoint dense, WantedPlan wanted, Instant at) {
    requireUsable(dense);
    var start = new Start(dense, Optional.empty(), dense.getRecipe(), denseRun(dense), FIRST);
    return prune(start, wanted, at);
  }

  /** Whether the plan goes on when its job is done. */
  public static boolean hasNext(Plan plan) {
    var lineage = plan.getJob().getLineage();
    return lineage.getPhase() < lineage.getPhases();
  }

  /**
   * The phase after that which the plan's job has retrained, by the policy as it was when the plan
   * began: prunes some of the weights that are alive under the job's mask. Its retraining goes on
   * with the momentum that the job ended with, which the trainer puts under the new mask.
   *
   * @param retrained what the job has made
   * @throws ArtifactException as {@link #first} does, as of the others
   */
  public PrunedNetwork next(Plan plan, Checkpoint retrained, Instant at) {
    var job = plan.getJob();
    var start =
        new Start(
            retrained,
            job.getMask(),
            job.getRecipe(),
            job.getDense().orElseThrow(),
            job.getLineage().getPhase() + 1);
    return prune(start, WantedPlan.of(plan), at);
  }

  /**
   * The job of a checkpoint that cannot be pruned like this, for the record: with the recipe of the
   * dense network, and without a mask.
   */
  public static TrainingJob refusedJob(Checkpoint dense, WantedPlan wanted) {
    var recipe = Recipe.newBuilder(dense.getRecipe()).setSeed(wanted.seed()).build();
    var start = new Start(dense, Optional.empty(), recipe, denseRun(dense), FIRST);
    return job(start, wanted, wanted.policy().getPhases(), recipe, Optional.empty());
  }

  private PrunedNetwork prune(Start start, WantedPlan wanted, Instant at) {
    var plan = wanted.phases(start.dense());
    var phase = plan.phases().get(start.phase() - FIRST);
    var rates = new PhaseRates(wanted.policy().getSchedule(), start.dense(), start.recipe());
    plan.phases().forEach(rates::requirePossible);

    var network = networks.network(start.recipe().getNetwork());
    var selector = Pruning.selector(wanted.policy(), wanted.seed());
    var alive =
        start
            .alive()
            .map(mask -> artifacts.read(mask, Mask::read))
            .orElseGet(() -> Mask.allAlive(network.prunable()));
    var pruning =
        artifacts.read(
            start.checkpoint().getArtifact(),
            file ->
                Pruning.of(CheckpointFile.open(file, network), alive, selector, phase.fraction()));

    var recipe =
        Recipe.newBuilder(start.recipe())
            .setEpochs(phase.epochs())
            .setLearningRate(rates.of(phase, pruning.relativeNormDrop()))
            .setSeed(wanted.seed())
            .build();
    var mask = artifacts.write(pruning.mask()::write);
    var job = job(start, wanted, plan.phases().size(), recipe, Optional.of(mask));
    return new PrunedNetwork(pruned(job, at), job, pruning.mask().sparsity());
  }

  private static TrainingJob job(
      Start start, WantedPlan wanted, int phases, Recipe recipe, Optional<Artifact> mask) {
    var lineage =
        Lineage.newBuilder(start.checkpoint().getLineage())
            .setPlan(wanted.planId())
            .setPhase(start.phase())
            .setPhases(phases)
            .setMethod(wanted.policy().getMethod())
            .setParent(start.checkpoint().getCheckpointId())
            .build();
    var weights = start.checkpoint().getArtifact();
    var job =
        TrainingJob.newBuilder()
            .setJobId(Ids.jobId(lineage, recipe, Optional.of(weights), mask, start.momentum()))
            .setLineage(lineage)
            .setRecipe(recipe)
            .setStart(weights)
            .setTargetSparsity(wanted.sparsity())
            .setDense(start.dense())
            .setPolicy(wanted.policy().getName());
    mask.ifPresent(job::setMask);
    start.momentum().ifPresent(job::setMomentum);
    return job.build();
  }

  private static DenseRun denseRun(Checkpoint dense) {
    return DenseRun.newBuilder()
        .setCheckpointId(dense.getCheckpointId())
        .setArtifact(dense.getArtifact())
        .setEpochs(dense.getRecipe().getEpochs())
        .setPeakRate(dense.getRecipe().getLearningRate().getPeak())
        .setLearningRate(dense.getRecipe().getLearningRate())
        .build();
  }

  private static Checkpoint pruned(TrainingJob job, Instant at) {
    return Checkpoint.newBuilder()
        .setCheckpointId(Ids.checkpointId(job.getJobId(), Stage.PRUNED))
        .setJobId(job.getJobId())
        .setStage(Stage.PRUNED)
        .setLineage(job.getLineage())
        .setArtifact(job.getStart().orElseThrow())
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
        "was trained for %s epochs; it must be a finite number above 0"
            .formatted(recipe.getEpochs()));
    require(
        peak > 0 && Double.isFinite(peak),
        dense,
        "was trained with a peak rate of %s; it must be a finite number above 0".formatted(peak));
    require(
        recipe.getBatchSize() > 0 && recipe.getData().getTrainingImages() > 0,
        dense,
        "was trained on %d images in batches of %d; both must be at least 1"
            .formatted(recipe.getData().getTrainingImages(), recipe.getBatchSize()));
    requireWholeOfItsRates(dense, recipe);
  }

  /** LRW and SLR take rates up by the iteration: they must be those of the epochs trained. */
  private static void requireWholeOfItsRates(Checkpoint dense, Recipe recipe) {
    var iterations =
        Iterations.of(
            recipe.getEpochs(), recipe.getData().getTrainingImages(), recipe.getBatchSize());
    require(
        recipe.getLearningRate().getIterations() == iterations,
        dense,
        "has learning rates for %d iterations; its %s epochs must have %d"
            .formatted(recipe.getLearningRate().getIterations(), recipe.getEpochs(), iterations));
  }

  private static void require(boolean condition, Checkpoint checkpoint, String complaint) {
    if (!condition) {
      throw new RefusedException(
          "Checkpoint %s %s.".formatted(checkpoint.getCheckpointId(), complaint));
    }
  }
}
