package io.topiary.pruner;

import static java.util.stream.Collectors.toSet;

import io.topiary.pruner.pruning.PhasePruner;
import io.topiary.pruner.pruning.PrunedNetwork;
import io.topiary.pruner.pruning.RefusedException;
import io.topiary.pruner.pruning.WantedPlan;
import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.runtime.streams.Keys;
import io.topiary.runtime.streams.RefusedRecordException;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Plan;
import io.topiary.schemas.PlanState;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Result;
import io.topiary.schemas.Topics;
import io.topiary.sparsity.InvalidInputException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Prunes dense checkpoints, as often as there are policies for their model and plans in those; and
 * those that come back from retraining, until their plan's last phase is done. What it has sent
 * itself, it reads and leaves.
 */
final class CheckpointProcessor extends ContextualProcessor<String, byte[], String, Object> {

  private final PhasePruner pruner;
  private final PrunerMeters meters;
  private final ArtifactFaults faults;

  CheckpointProcessor(PhasePruner pruner, PrunerMeters meters, ArtifactFaults faults) {
    this.pruner = pruner;
    this.meters = meters;
    this.faults = faults;
  }

  @Override
  public void process(Record<String, byte[]> record) {
    var checkpoint = decode(record);
    switch (checkpoint.getStage()) {
      case DENSE -> prune(checkpoint, record.value());
      case PRUNED, SPARSE -> {}
      case RETRAINED -> goOn(checkpoint, record.value());
      case UNKNOWN ->
          throw meters.poison(
              Topics.CHECKPOINTS,
              new RefusedException(
                  "Checkpoint %s is of a stage that this version does not know; it knows DENSE, PRUNED, RETRAINED and SPARSE."
                      .formatted(checkpoint.getCheckpointId())));
    }
  }

  @Override
  public void close() {
    faults.back(context().taskId());
  }

  private Checkpoint decode(Record<String, byte[]> record) {
    try {
      Keys.requireValue(record);
      var checkpoint = Topics.CHECKPOINTS.serde().decode(record.value());
      Keys.requireModel(
          record, checkpoint.getLineage(), "Checkpoint " + checkpoint.getCheckpointId());
      return checkpoint;
    } catch (SerializationException | RefusedRecordException e) {
      throw meters.poison(Topics.CHECKPOINTS, e);
    }
  }

  /**
   * Prunes the network for the next phase of the plan that waits for it, or ends that plan: with
   * the last phase, or before the next when it is cancelled. Nothing is made of a network that no
   * plan waits for: of a copy that comes after another, or after its plan has ended.
   */
  private void goOn(Checkpoint retrained, byte[] bytes) {
    var waiting = Plans.of(context()).waitingFor(retrained);
    if (waiting.isEmpty()) {
      unpark(retrained);
      return;
    }
    var plan = waiting.get();
    if (!PhasePruner.hasNext(plan)) {
      end(plan, retrained, Result.DONE, Optional.empty());
      return;
    }
    AcceptedControls.of(context())
        .against(plan)
        .map(order -> order.reason("and its next phase does not begin"))
        .ifPresentOrElse(
            reason -> end(plan, retrained, Result.CANCELLED, Optional.of(reason)),
            () -> pruneAgain(plan, retrained, bytes));
  }

  private void end(Plan plan, Checkpoint retrained, Result result, Optional<String> reason) {
    unpark(retrained);
    tellPlan(
        retrained, new PlanEvent.JobEnded(plan.getPlanId(), retrained.getJobId(), result, reason));
  }

  private void pruneAgain(Plan plan, Checkpoint retrained, byte[] bytes) {
    try {
      var pruned = meters.pruning(() -> pruner.next(plan, retrained, now()));
      unpark(retrained);
      make(retrained, Plan.newBuilder(plan), pruned);
    } catch (ArtifactException fault) {
      park(retrained, bytes, fault);
      tellPlan(retrained, new PlanEvent.Returned(plan));
    } catch (InvalidInputException | CorruptArtifactException e) {
      unpark(retrained);
      tellPlan(retrained, new PlanEvent.Stuck(plan, String.valueOf(e.getMessage())));
      throw meters.poison(Topics.CHECKPOINTS, e);
    }
  }

  private void park(Checkpoint checkpoint, byte[] bytes, ArtifactException fault) {
    store(CheckpointIntake.PARKED).put(checkpoint.getCheckpointId(), bytes);
    faults.away(context().taskId(), String.valueOf(fault.getMessage()));
  }

  private void unpark(Checkpoint checkpoint) {
    store(CheckpointIntake.PARKED).delete(checkpoint.getCheckpointId());
    if (store(CheckpointIntake.PARKED).approximateNumEntries() == 0) {
      faults.back(context().taskId());
    }
  }

  /** Sends nothing before all is pruned, so that a checkpoint is parked whole or not at all. */
  private void prune(Checkpoint dense, byte[] bytes) {
    var pruned = new LinkedHashMap<WantedPlan, PrunedNetwork>();
    var refusals = new LinkedHashMap<WantedPlan, Exception>();
    var firstPhases = pruner.firstPhases(dense);
    try {
      for (var wanted : wanted(dense)) {
        try {
          pruned.put(wanted, meters.pruning(() -> firstPhases.of(wanted, now())));
        } catch (InvalidInputException | CorruptArtifactException e) {
          refusals.put(wanted, e);
        }
      }
    } catch (ArtifactException fault) {
      park(dense, bytes, fault);
      return;
    }
    unpark(dense);
    remember(dense, bytes);
    forgetRefusals(dense, pruned.keySet());
    forgetRefusals(dense, refusals.keySet());
    pruned.forEach((wanted, network) -> make(dense, plan(wanted), network));
    refusals.forEach((wanted, why) -> refuse(dense, wanted, why));
    for (var why : refusals.values()) {
      throw meters.poison(Topics.CHECKPOINTS, why);
    }
  }

  private List<WantedPlan> wanted(Checkpoint dense) {
    var plans = Plans.of(context()).startingFrom(dense.getCheckpointId());
    return AcceptedPolicies.of(context()).applyingTo(dense.getLineage().getModel()).stream()
        .flatMap(
            policy ->
                wanted(
                    dense,
                    policy,
                    plans.stream()
                        .filter(plan -> plan.getPolicy().equals(policy.getName()))
                        .toList()))
        .toList();
  }

  /**
   * What the policy asks for and no version of it has got. An edited policy is for the checkpoints
   * that come afterwards, unless it corrects a version that was refused.
   *
   * @param known the plans from this checkpoint for any version of the policy
   */
  private static Stream<WantedPlan> wanted(
      Checkpoint dense, PruningPolicy policy, List<Plan> known) {
    if (!known.isEmpty() && known.stream().noneMatch(Plans::isRefused)) {
      return Stream.empty();
    }
    return WantedPlan.of(policy, dense).stream()
        .filter(wanted -> known.stream().noneMatch(plan -> answers(plan, wanted)));
  }

  private static boolean answers(Plan plan, WantedPlan wanted) {
    var job = plan.getJob();
    return Plans.isRefused(plan)
        ? plan.getPlanId().equals(wanted.planId())
        : job.getTargetSparsity() == wanted.sparsity()
            && job.getRecipe().getSeed() == wanted.seed();
  }

  /** What is wanted takes the place of what earlier versions of its policy were refused. */
  private void forgetRefusals(Checkpoint dense, Set<WantedPlan> wanted) {
    var policies = wanted.stream().map(any -> any.policy().getName()).collect(toSet());
    var plans = Plans.of(context());
    plans.startingFrom(dense.getCheckpointId()).stream()
        .filter(plan -> Plans.isRefused(plan) && policies.contains(plan.getPolicy()))
        .forEach(plans::delete);
  }

  /** The plan's next job has not been sent yet, however often those before it were. */
  private void make(Checkpoint start, Plan.Builder plan, PrunedNetwork pruned) {
    meters.pruned(pruned);
    plan.setState(PlanState.WAITING).setJob(pruned.job()).clearSentAt().setSent(0);
    forward(start, pruned.checkpoint(), PrunerTopology.CHECKPOINTS_SINK);
    tellPlan(start, new PlanEvent.Made(plan.build()));
  }

  private void refuse(Checkpoint dense, WantedPlan wanted, Exception why) {
    var plan =
        plan(wanted)
            .setState(PlanState.REFUSED)
            .setJob(PhasePruner.refusedJob(dense, wanted))
            .setReason(String.valueOf(why.getMessage()))
            .build();
    tellPlan(dense, new PlanEvent.Refused(plan));
  }

  /** Keeps the policy as it is now: what becomes of it later does not concern the plan. */
  private static Plan.Builder plan(WantedPlan wanted) {
    return Plan.newBuilder()
        .setPlanId(wanted.planId())
        .setPolicy(wanted.policy().getName())
        .setPinnedPolicy(wanted.policy());
  }

  private void tellPlan(Checkpoint cause, PlanEvent event) {
    forward(cause, event, PrunerTopology.PLANS);
  }

  /** Policies that come later apply to the newest dense checkpoint of a model. */
  private void remember(Checkpoint dense, byte[] bytes) {
    var newest = store(CheckpointIntake.NEWEST);
    var model = dense.getLineage().getModel();
    var before = Optional.ofNullable(newest.get(model)).map(Topics.CHECKPOINTS.serde()::decode);
    if (before.filter(other -> other.getAt().isAfter(dense.getAt())).isEmpty()) {
      newest.put(model, bytes);
    }
  }

  private void forward(Checkpoint cause, Object value, String child) {
    context()
        .forward(
            new Record<>(cause.getLineage().getModel(), value, context().currentSystemTimeMs()),
            child);
  }

  private KeyValueStore<String, byte[]> store(String name) {
    return context().getStateStore(name);
  }

  private Instant now() {
    return Instant.ofEpochMilli(context().currentSystemTimeMs());
  }
}
