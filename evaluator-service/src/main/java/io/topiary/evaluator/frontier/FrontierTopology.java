package io.topiary.evaluator.frontier;

import io.micrometer.core.instrument.MeterRegistry;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.Topology;

/**
 * How the frontier's processors are wired.
 *
 * <pre>{@code
 * topiary.checkpoints -> checkpoints --+--> checkpoints, models
 *                                      |    evaluations, samples, points
 * topiary.evaluations -> evaluations --+
 * }</pre>
 *
 * <p>Both topics are keyed by model and have the same partitions, so that all that is known of a
 * model is in one task. Everything is read as bytes and decoded by a processor, so that a record
 * that cannot be read becomes a dead letter.
 */
final class FrontierTopology {

  private static final String CHECKPOINTS = "checkpoints";
  private static final String CHECKPOINTS_SOURCE = "checkpoints-source";
  private static final String EVALUATIONS = "evaluations";
  private static final String EVALUATIONS_SOURCE = "evaluations-source";

  private FrontierTopology() {}

  static Topology build(FrontierGauges gauges, MeterRegistry registry) {
    var decoding = new Decoding(registry);
    var topology = new Topology();
    source(topology, CHECKPOINTS_SOURCE, Topics.CHECKPOINTS);
    source(topology, EVALUATIONS_SOURCE, Topics.EVALUATIONS);
    topology
        .addProcessor(
            CHECKPOINTS, () -> new CheckpointProcessor(decoding, gauges), CHECKPOINTS_SOURCE)
        .addProcessor(
            EVALUATIONS, () -> new EvaluationProcessor(decoding, gauges), EVALUATIONS_SOURCE);
    FrontierStores.builders()
        .forEach(store -> topology.addStateStore(store, CHECKPOINTS, EVALUATIONS));
    return topology;
  }

  private static void source(Topology topology, String name, Topic<?> topic) {
    topology.addSource(name, new StringDeserializer(), new ByteArrayDeserializer(), topic.name());
  }
}
