package io.topiary.pruner;

import io.topiary.pruner.pruning.PhasePruner;
import io.topiary.runtime.streams.PoisonException;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * How the pruner's processors are wired.
 *
 * <pre>{@code
 * topiary.policies -> policies -> topiary.policies.accepted => accepted-policies (global)
 * topiary.controls -> controls -> topiary.controls.accepted => accepted-controls (global)
 *                                 topiary.progress          => trainers          (global)
 *
 * topiary.checkpoints -> intake -> prune --+--> topiary.checkpoints
 *                                          +--> plans --> topiary.jobs
 * topiary.outcomes ----> outcomes ---------+--> plans --> topiary.outcomes
 * }</pre>
 *
 * <p>Checkpoints and outcomes are keyed by model and have the same partitions, so that all that
 * happens to a model's plans happens in one task. Everything is read as bytes and decoded by a
 * processor, whose {@link PoisonException} makes a dead letter of a record; a global store's
 * processor can send nothing, which is why policies and controls pass through one that can.
 */
final class PrunerTopology {

  static final String PLANS = "plans";
  static final String CHECKPOINTS_SINK = "checkpoints-sink";
  static final String JOBS_SINK = "jobs-sink";
  static final String OUTCOMES_SINK = "outcomes-sink";

  private static final String POLICIES = "policies";
  private static final String POLICIES_SOURCE = "policies-source";
  private static final String ACCEPTED_POLICIES_SINK = "accepted-policies-sink";
  private static final String CONTROLS = "controls";
  private static final String CONTROLS_SOURCE = "controls-source";
  private static final String ACCEPTED_CONTROLS_SINK = "accepted-controls-sink";
  private static final String CHECKPOINTS_SOURCE = "checkpoints-source";
  private static final String INTAKE = "intake";
  private static final String PRUNE = "prune";
  private static final String OUTCOMES_SOURCE = "outcomes-source";
  private static final String OUTCOMES = "outcomes";

  private PrunerTopology() {}

  /**
   * @param patience see {@link PlanProcessor}
   */
  static Topology build(
      PhasePruner pruner,
      Backlog backlog,
      PrunerMeters meters,
      ArtifactFaults faults,
      Duration patience) {
    var topology = new Topology();

    source(topology, POLICIES_SOURCE, Topics.POLICIES);
    topology.addProcessor(POLICIES, () -> new PolicyProcessor(meters), POLICIES_SOURCE);
    passOn(topology, ACCEPTED_POLICIES_SINK, Topics.ACCEPTED_POLICIES, POLICIES);
    global(
        topology,
        Topics.ACCEPTED_POLICIES,
        AcceptedPolicies.store(),
        AcceptedPolicies.Updater::new);
    global(topology, Topics.PROGRESS, Fleet.store(), Fleet.Updater::new);

    source(topology, CHECKPOINTS_SOURCE, Topics.CHECKPOINTS);
    source(topology, OUTCOMES_SOURCE, Topics.OUTCOMES);
    topology
        .addProcessor(INTAKE, CheckpointIntake::new, CHECKPOINTS_SOURCE)
        .addProcessor(PRUNE, () -> new CheckpointProcessor(pruner, meters, faults), INTAKE)
        .addProcessor(OUTCOMES, () -> new OutcomeProcessor(meters), OUTCOMES_SOURCE)
        .addProcessor(PLANS, () -> new PlanProcessor(backlog, meters, patience), PRUNE, OUTCOMES)
        .addStateStore(checkpoints(CheckpointIntake.PARKED), INTAKE, PRUNE)
        .addStateStore(checkpoints(CheckpointIntake.NEWEST), INTAKE, PRUNE)
        .addStateStore(Plans.store(), PRUNE, PLANS);

    sink(topology, CHECKPOINTS_SINK, Topics.CHECKPOINTS, PRUNE);
    sink(topology, JOBS_SINK, Topics.JOBS, PLANS);
    sink(topology, OUTCOMES_SINK, Topics.OUTCOMES, PLANS);

    // Last, as Kafka Streams counts what belongs together in this order, and names folders by it.
    source(topology, CONTROLS_SOURCE, Topics.CONTROLS);
    topology.addProcessor(CONTROLS, () -> new ControlProcessor(meters), CONTROLS_SOURCE);
    passOn(topology, ACCEPTED_CONTROLS_SINK, Topics.ACCEPTED_CONTROLS, CONTROLS);
    global(
        topology,
        Topics.ACCEPTED_CONTROLS,
        AcceptedControls.store(),
        AcceptedControls.Updater::new);
    return topology;
  }

  private static void source(Topology topology, String name, Topic<?> topic) {
    topology.addSource(name, new StringDeserializer(), new ByteArrayDeserializer(), topic.name());
  }

  /** Sends on what a processor has let through, as it came. */
  private static void passOn(Topology topology, String name, Topic<?> topic, String parent) {
    topology.addSink(name, topic.name(), new StringSerializer(), new ByteArraySerializer(), parent);
  }

  private static <V extends SpecificRecord> void sink(
      Topology topology, String name, Topic<V> topic, String... parents) {
    topology.addSink(
        name, topic.name(), new StringSerializer(), topic.serde().serializer(), parents);
  }

  private static <S extends StateStore> void global(
      Topology topology,
      Topic<?> topic,
      StoreBuilder<S> store,
      ProcessorSupplier<String, byte[], Void, Void> updater) {
    topology.addGlobalStore(
        store,
        store.name() + "-source",
        new StringDeserializer(),
        new ByteArrayDeserializer(),
        topic.name(),
        store.name() + "-updater",
        updater);
  }

  private static StoreBuilder<KeyValueStore<String, byte[]>> checkpoints(String name) {
    return Stores.keyValueStoreBuilder(
        Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray());
  }
}
