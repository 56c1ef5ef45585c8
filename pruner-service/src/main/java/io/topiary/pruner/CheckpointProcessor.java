package io.topiary.pruner;

import static java.util.stream.Collectors.toSet;

import io.topiary.pruner.pruning.OneShotPruner;
import io.topiary.pruner.pruning.PrunedNetwork;
import io.topiary.pruner.pruning.RefusedException;
import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Plan;
import io.topiary.schemas.PlanState;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Result;
import io.topiary.schemas.Topics;
import io.topiary.schemas.TrainingJob;
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
 * Prunes dense checkpoints, as often as there are policies for their model and sparsities in those,
 * and tells the plans whose retraining has come back. What it has sent itself, it reads and leaves.
 */
final class CheckpointProcessor extends ContextualProcessor<String, byte[], String, Object> {

  private final OneShotPruner pruner;
  private final PrunerMeters meters;
  private final ArtifactFaults faults;

  CheckpointProcessor(OneShotPruner pruner, PrunerMeters meters, ArtifactFaults faults) {
    this.pruner = pruner;
    this.meters = meters;
    this.faults = faults;
  }

  /** A plan that is not known yet. */
  private record Wanted(String planId, PruningPolicy policy, double sparsity) {}

  @Override
  public void process(Record<String, byte[]> record) {
    var checkpoint = decode(record);
    switch (checkpoint.getStage()) {
      case DENSE -> prune(checkpoint, record.value());
      case PRUNED -> {}
      case RETRAINED -> endPlan(checkpoint);
      case UNKNOWN ->
          throw meters.poison(
              Topics.CHECKPOINTS,
              new RefusedException(
                  "Checkpoint %s is of a stage that this version does not know; it knows DENSE, PRUNED and RETRAINED."
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
    } catch (SerializationException | RefusedException e) {
      throw meters.poison(Topics.CHECKPOINTS, e);
    }
  }

  private void endPlan(Checkpoint retrained) {
    retrained
        .getLineage()
        .getPlan()
        .map(
            plan ->
                new PlanEvent.JobEnded(plan, retrained.getJobId(), Result.DONE, Optional.empty()))
        .ifPresent(event -> forward(retrained, event, PrunerTopology.PLANS));
  }

  /** Sends nothing before all is pruned, so that a checkpoint is parked whole or not at all. */
  private void prune(Checkpoint dense, byte[] bytes) {
    var pruned = new LinkedHashMap<Wanted, PrunedNetwork>();
    var refusals = new LinkedHashMap<Wanted, Exception>();
    try {
      for (var wanted : wanted(dense)) {
        try {
          pruned.put(wanted, prune(dense, wanted));
        } catch (InvalidInputException | CorruptArtifactException e) {
          refusals.put(wanted, e);
        }
      }
    } catch (ArtifactException fault) {
      store(CheckpointIntake.PARKED).put(dense.getCheckpointId(), bytes);
      faults.away(context().taskId(), String.valueOf(fault.getMessage()));
      return;
    }
    store(CheckpointIntake.PARKED).delete(dense.getCheckpointId());
    if (store(CheckpointIntake.PARKED).approximateNumEntries() == 0) {
      faults.back(context().taskId());
    }
    remember(dense, bytes);
    forgetRefusals(dense, pruned.keySet());
    forgetRefusals(dense, refusals.keySet());
    pruned.forEach((wanted, network) -> make(dense, wanted, network));
    refusals.forEach((wanted, why) -> refuse(dense, wanted, why));
    for (var why : refusals.values()) {
      throw meters.poison(Topics.CHECKPOINTS, why);
    }
  }

  private List<Wanted> wanted(Checkpoint dense) {
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
  private static Stream<Wanted> wanted(Checkpoint dense, PruningPolicy policy, List<Plan> known) {
    if (!known.isEmpty() && known.stream().noneMatch(Plans::isRefused)) {
      return Stream.empty();
    }
    return policy.getSparsities().stream()
        .map(
            sparsity ->
                new Wanted(Ids.planId(dense.getCheckpointId(), policy, sparsity), policy, sparsity))
        .filter(wanted -> known.stream().noneMatch(plan -> answers(plan, wanted)));
  }

  private static boolean answers(Plan plan, Wanted wanted) {
    return Plans.isRefused(plan)
        ? plan.getPlanId().equals(wanted.planId())
        : plan.getJob().getTargetSparsity() == wanted.sparsity();
  }

  private PrunedNetwork prune(Checkpoint dense, Wanted wanted) {
    return meters.pruning(
        () -> pruner.prune(dense, wanted.policy(), wanted.sparsity(), wanted.planId(), now()));
  }

  /** What is wanted takes the place of what earlier versions of its policy were refused. */
  private void forgetRefusals(Checkpoint dense, Set<Wanted> wanted) {
    var policies = wanted.stream().map(any -> any.policy().getName()).collect(toSet());
    var plans = Plans.of(context());
    plans.startingFrom(dense.getCheckpointId()).stream()
        .filter(plan -> Plans.isRefused(plan) && policies.contains(plan.getPolicy()))
        .forEach(plans::delete);
  }

  private void make(Checkpoint dense, Wanted wanted, PrunedNetwork pruned) {
    meters.pruned(pruned);
    var plan = plan(wanted, pruned.job()).setState(PlanState.WAITING).build();
    forward(dense, pruned.checkpoint(), PrunerTopology.CHECKPOINTS_SINK);
    forward(dense, new PlanEvent.Made(plan), PrunerTopology.PLANS);
  }

  private void refuse(Checkpoint dense, Wanted wanted, Exception why) {
    var job = OneShotPruner.refusedJob(dense, wanted.policy(), wanted.sparsity(), wanted.planId());
    var plan =
        plan(wanted, job)
            .setState(PlanState.REFUSED)
            .setReason(String.valueOf(why.getMessage()))
            .build();
    forward(dense, new PlanEvent.Refused(plan), PrunerTopology.PLANS);
  }

  private static Plan.Builder plan(Wanted wanted, TrainingJob job) {
    return Plan.newBuilder()
        .setPlanId(wanted.planId())
        .setPolicy(wanted.policy().getName())
        .setJob(job);
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
