package io.topiary.pruner;

import static io.topiary.pruner.DenseNetworks.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.pruner.pruning.PhasePruner;
import io.topiary.pruner.pruning.WantedPlan;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Plan;
import io.topiary.schemas.PlanState;
import io.topiary.schemas.TrainingJob;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.StoreBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose turn it is after a restart, which the topology's driver cannot do. */
class PlanOrderTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir private Path directory;

  @Test
  void shouldGoOnAfterARestartWithPlansThatAreUnderWay() {
    // Given a store in whose order the plans that have not begun come first
    var context = context();
    var plans = Plans.of(context);
    plans.put(plan("a", 1));
    plans.put(plan("b", 1));
    plans.put(begun("c", 2, NOW.minusSeconds(60)));
    plans.put(begun("d", 3, NOW.minusSeconds(10)));
    plans.put(begun("e", 2, NOW.minusSeconds(90)));
    plans.put(Plan.newBuilder(plan("f", 1)).setState(PlanState.DONE).build());

    // When a pruner starts, and has room for all
    try (var telemetry = Telemetry.start("localhost", 0)) {
      var backlog = new Backlog();
      var processor =
          new PlanProcessor(
              backlog, new PrunerMeters(telemetry.registry(), backlog), Duration.ofMinutes(10));
      processor.init(context);
      assertThat(backlog.waiting()).isEqualTo(5);
      for (var finished = 0; finished < 3; finished++) {
        backlog.report(OTHERS, 0, -2 * finished);
        context.scheduledPunctuators().get(0).getPunctuator().punctuate(NOW.toEpochMilli());
      }
    }

    // Then
    assertThat(context.forwarded())
        .extracting(
            sent -> ((TrainingJob) sent.record().value()).getLineage().getPlan().orElseThrow())
        .containsExactly("d", "e", "c", "a", "b");
  }

  private static final TaskId OTHERS = new TaskId(0, 1);

  private MockProcessorContext<String, SpecificRecord> context() {
    var context =
        new MockProcessorContext<String, SpecificRecord>(
            new Properties(), new TaskId(0, 0), directory.resolve("state").toFile());
    context.setCurrentSystemTimeMs(NOW.toEpochMilli());
    for (StoreBuilder<?> builder :
        List.of(Plans.store(), Fleet.store(), AcceptedControls.store())) {
      var store = builder.withLoggingDisabled().build();
      store.init(context.getStateStoreContext(), store);
    }
    return context;
  }

  private Plan begun(String id, int phase, Instant at) {
    return Plan.newBuilder(plan(id, phase)).setBegunAt(at).build();
  }

  /** It waits for its job to be sent. */
  private Plan plan(String id, int phase) {
    var artifacts = FileArtifactStore.open(directory.resolve("artifacts"));
    var dense = new DenseNetworks(artifacts).linear("linear", "tonight");
    var policy = policy("half", "*", 0.5);
    var wanted = new WantedPlan(id, policy, 0.5, 1);
    var job =
        TrainingJob.newBuilder(new PhasePruner(artifacts).firstPhases(dense).of(wanted, NOW).job());
    job.getLineageBuilder().setPhase(phase).setPhases(3);
    return Plan.newBuilder()
        .setPlanId(id)
        .setPolicy(policy.getName())
        .setPinnedPolicy(policy)
        .setState(PlanState.WAITING)
        .setJob(job.build())
        .build();
  }
}
