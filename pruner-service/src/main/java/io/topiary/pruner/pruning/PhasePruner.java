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
import io.topiary.schemas.Plan;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Stage;
import io.topiary.schemas.TrainingJob;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.selection.Selector;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Prunes a network by one phase of a plan and plans its retraining. The same checkpoint, plan and
 * phase always make the same mask, the same job and the same ids. How many weights go in a phase:
 * see {@link PhaseShare}.
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

  /**
   * The first phases of all plans that start from one dense network. What several of them have in
   * common, those of a policy that differ in their seed only, say, is pruned once.
   */
  public final class FirstPhases {

    private final Checkpoint dense;
    private final Map<Cut, StoredPruning> done = new HashMap<>();

    private FirstPhases(Checkpoint dense) {
      this.dense = dense;
    }

    /**
     * The first phase of one plan: computes the mask, unless a plan before it has had the same, and
     * stores it. What is known already to be impossible in a later phase is refused now.
     *
     * @param at when it is done
     * @throws ArtifactException when the artifact store is away: worth a retry
     * @throws io.topiary.runtime.artifact.CorruptArtifactException when the weights are not what
     *     the checkpoint says: not worth one
     * @throws io.topiary.sparsity.InvalidInputException when the checkpoint cannot be pruned like
     *     this: not worth one
     */
    public PrunedNetwork of(WantedPlan wanted, Instant at) {
      DenseCheckpoints.requireUsable(dense);
      var start = new Start(dense, Optional.empty(), dense.getRecipe(), denseRun(dense), FIRST);
      return prune(start, wanted, at, done);
    }
  }

  /** What decides a mask, given the network; a selector by lot holds the seed of its lots. */
  private record Cut(Selector selector, double share) {}

  /** A mask in the artifact store, and what it does to its network. */
  private record StoredPruning(Artifact mask, double sparsity, double relativeNormDrop) {}

  /** What a phase starts from: a network, the mask it has, and where it comes from. */
  private record Start(
      Checkpoint checkpoint, Optional<Artifact> alive, Recipe recipe, DenseRun dense, int phase) {

    /** A phase goes on with the momentum that the one before has ended with; the first has none. */
    Optional<Artifact> momentum() {
      return phase == FIRST ? Optional.empty() : checkpoint.getMomentum();
    }
  }

  public FirstPhases firstPhases(Checkpoint dense) {
    return new FirstPhases(dense);
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
   * @throws ArtifactException as {@link FirstPhases#of} does, as of the others
   * @throws RefusedException also when this version makes another number of phases of the plan than
   *     the one that began it
   */
  public PrunedNetwork next(Plan plan, Checkpoint retrained, Instant at) {
    var job = plan.getJob();
    var dense = job.getDense().orElseThrow();
    var wanted = WantedPlan.of(plan);
    requireSamePhases(plan, wanted.phases(dense).phases().size());
    var phase = job.getLineage().getPhase() + 1;
    var start = new Start(retrained, job.getMask(), job.getRecipe(), dense, phase);
    return prune(start, wanted, at, new HashMap<>());
  }

  /** Another version may divide the same policy otherwise. */
  private static void requireSamePhases(Plan plan, int now) {
    var before = plan.getJob().getLineage().getPhases();
    if (before != now) {
      throw new RefusedException(
          "Plan %s began with %d phases, but its policy makes %d of it today; they must be as many, to go on."
              .formatted(plan.getPlanId(), before, now));
    }
  }

  /**
   * The job of a checkpoint that cannot be pruned like this, for the record: with the recipe of the
   * dense network, no iteration of the policy's schedule, and without a mask. Its lineage says of
   * how many phases the plan would have been, where that can be told.
   */
  public static TrainingJob refusedJob(Checkpoint dense, WantedPlan wanted) {
    var nothing =
        LearningRatePlan.newBuilder()
            .setSchedule(wanted.policy().getSchedule())
            .setPeak(0)
            .setWarmUp(0)
            .setIterations(0)
            .build();
    var recipe =
        Recipe.newBuilder(dense.getRecipe())
            .setEpochs(0)
            .setLearningRate(nothing)
            .setSeed(wanted.seed())
            .build();
    var start = new Start(dense, Optional.empty(), recipe, denseRun(dense), FIRST);
    return job(start, wanted, phasesIfPossible(wanted, start), recipe, Optional.empty());
  }

  private static int phasesIfPossible(WantedPlan wanted, Start start) {
    try {
      return wanted.phases(start.dense()).phases().size();
    } catch (InvalidInputException e) {
      return 0;
    }
  }

  /**
   * Prunes by one phase.
   *
   * @param done what other plans have made of the same network
   */
  private PrunedNetwork prune(
      Start start, WantedPlan wanted, Instant at, Map<Cut, StoredPruning> done) {
    var plan = wanted.phases(start.dense());
    var phase = plan.phases().get(start.phase() - FIRST);
    var rates = new PhaseRates(wanted.policy().getSchedule(), start.dense(), start.recipe());
    plan.phases().forEach(rates::requirePossible);

    var network = networks.network(start.recipe().getNetwork());
    if (start.phase() == FIRST) {
      PhaseShare.requirePossible(plan, network);
    }
    var alive =
        start
            .alive()
            .map(mask -> artifacts.read(mask, Mask::read))
            .orElseGet(() -> Mask.allAlive(network.prunable()));
    var cut =
        new Cut(
            Pruning.selector(wanted.policy(), wanted.seed()), PhaseShare.of(plan, phase, alive));
    var pruning = done.computeIfAbsent(cut, any -> prune(start.checkpoint(), network, alive, cut));

    var recipe =
        Recipe.newBuilder(start.recipe())
            .setEpochs(phase.epochs())
            .setLearningRate(rates.of(phase, cut.share(), pruning.relativeNormDrop()))
            .setSeed(wanted.seed())
            .build();
    var job = job(start, wanted, plan.phases().size(), recipe, Optional.of(pruning.mask()));
    return new PrunedNetwork(pruned(job, at), job, pruning.sparsity());
  }

  private StoredPruning prune(Checkpoint start, Network network, Mask alive, Cut cut) {
    var pruning =
        artifacts.read(
            start.getArtifact(),
            file ->
                Pruning.of(CheckpointFile.open(file, network), alive, cut.selector(), cut.share()));
    var mask = artifacts.write(pruning.mask()::write);
    return new StoredPruning(mask, pruning.mask().sparsity(), pruning.relativeNormDrop());
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
}
