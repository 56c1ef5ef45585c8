package io.topiary.evaluator.frontier;

import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.FrontierPoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** The stores of one partition, for reading; see {@link FrontierStores}. */
record PartitionView(
    ReadOnlyKeyValueStore<String, Checkpoint> checkpoints,
    ReadOnlyKeyValueStore<String, String> models,
    ReadOnlyKeyValueStore<String, Evaluation> evaluations,
    ReadOnlyKeyValueStore<String, FrontierPoint> points) {

  /** Points of all models. */
  List<FrontierPoint> allPoints() {
    return values(points.all());
  }

  List<FrontierPoint> pointsOf(String model) {
    return values(points.prefixScan(StoreKeys.prefix(model), new StringSerializer()));
  }

  /** The model of every checkpoint. */
  List<String> modelsOfCheckpoints() {
    return values(models.all());
  }

  List<Checkpoint> checkpointsOf(String model) {
    return values(checkpoints.prefixScan(StoreKeys.prefix(model), new StringSerializer()));
  }

  Optional<Checkpoint> checkpoint(String id) {
    return Optional.ofNullable(models.get(id)).flatMap(model -> checkpoint(model, id));
  }

  Optional<Checkpoint> checkpoint(String model, String id) {
    return Optional.ofNullable(checkpoints.get(StoreKeys.of(model, id)));
  }

  Optional<Evaluation> evaluation(Checkpoint checkpoint) {
    return evaluation(checkpoint.getLineage().getModel(), checkpoint.getCheckpointId());
  }

  Optional<Evaluation> evaluation(String model, String checkpointId) {
    return Optional.ofNullable(evaluations.get(StoreKeys.of(model, checkpointId)));
  }

  private static <V> List<V> values(KeyValueIterator<String, V> entries) {
    try (entries) {
      var values = new ArrayList<V>();
      entries.forEachRemaining(entry -> values.add(entry.value));
      return values;
    }
  }
}
