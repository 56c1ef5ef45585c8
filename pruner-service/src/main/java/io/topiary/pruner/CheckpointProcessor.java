package io.topiary.pruner;

import io.topiary.pruner.pruning.OneShotPruner;
import io.topiary.pruner.pruning.RefusedException;
import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Plan;
import io.topiary.schemas.PlanState;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Result;
import io.topiary.schemas.Topics;
import io.topiary.sparsity.InvalidInputException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    if (record.value() == null) {
      return;
    }
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
      var checkpoint = Topics.CHECKPOINTS.serde().decode(record.value());
      var model = checkpoint.getLineage().getModel();
      if (!model.equals(record.key())) {
        throw new RefusedException(
            "Checkpoint %s of model '%s' is sent under the key '%s'; the key must be the model."
                .formatted(checkpoint.getCheckpointId(), model, record.key()));
      }
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

  private void prune(Checkpoint dense, byte[] bytes) {
    var refusals = new ArrayList<Exception>();
    try {
      for (var wanted : wanted(dense)) {
        pruneTo(dense, wanted).ifPresent(refusals::add);
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
    if (!refusals.isEmpty()) {
      throw meters.poison(Topics.CHECKPOINTS, refusals.get(0));
    }
    remember(dense, bytes);
  }

  private List<Wanted> wanted(Checkpoint dense) {
    KeyValueStore<String, Plan> plans = context().getStateStore(PlanProcessor.STORE);
    return AcceptedPolicies.of(context()).applyingTo(dense.getLineage().getModel()).stream()
        .flatMap(
            policy ->
                policy.getSparsities().stream()
                    .map(
                        sparsity ->
                            new Wanted(
                                Ids.planId(dense.getCheckpointId(), policy, sparsity),
                                policy,
                                sparsity)))
        .filter(wanted -> plans.get(wanted.planId()) == null)
        .toList();
  }

  /** Why it cannot be pruned like that; empty when it could, and the plan is under way. */
  private Optional<Exception> pruneTo(Checkpoint dense, Wanted wanted) {
    try {
      var pruned =
          meters.pruning(
              () ->
                  pruner.prune(dense, wanted.policy(), wanted.sparsity(), wanted.planId(), now()));
      meters.pruned(pruned);
      var plan =
          Plan.newBuilder()
              .setPlanId(wanted.planId())
              .setPolicy(wanted.policy().getName())
              .setState(PlanState.WAITING)
              .setJob(pruned.job())
              .build();
      forward(dense, pruned.checkpoint(), PrunerTopology.CHECKPOINTS_SINK);
      forward(dense, new PlanEvent.Made(plan), PrunerTopology.PLANS);
      return Optional.empty();
    } catch (InvalidInputException | CorruptArtifactException e) {
      forward(dense, refused(dense, wanted, e), PrunerTopology.PLANS);
      return Optional.of(e);
    }
  }

  private PlanEvent refused(Checkpoint dense, Wanted wanted, Exception why) {
    var lineage =
        Lineage.newBuilder(dense.getLineage())
            .setPlan(wanted.planId())
            .setParent(dense.getCheckpointId())
            .build();
    return new PlanEvent.Refused(
        wanted.planId(),
        lineage,
        dense.getRecipe(),
        wanted.sparsity(),
        String.valueOf(why.getMessage()));
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
