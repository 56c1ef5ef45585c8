package io.topiary.evaluator.frontier;

import io.topiary.schemas.AvroSerde;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.FrontierPoint;
import io.topiary.schemas.FrontierSample;
import io.topiary.schemas.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * What the frontier keeps of the models of one partition. Its points follow from the evaluations
 * and checkpoints alone, in whatever order, and however often, these arrive.
 */
final class FrontierStores {

  /** Checkpoints by model and id, as they were sent. */
  static final String CHECKPOINTS = "frontier-checkpoints";

  /** The model of every checkpoint, by id. */
  static final String MODELS = "frontier-checkpoint-models";

  /**
   * The evaluation of every checkpoint, by model and the checkpoint's id; the latest of several.
   */
  static final String EVALUATIONS = "frontier-evaluations";

  /** What finished networks add to points, by group and checkpoint id. */
  static final String SAMPLES = "frontier-samples";

  /** Points by group: the aggregates. */
  static final String POINTS = "frontier-points";

  private final KeyValueStore<String, Checkpoint> checkpoints;
  private final KeyValueStore<String, String> models;
  private final KeyValueStore<String, Evaluation> evaluations;
  private final KeyValueStore<String, FrontierSample> samples;
  private final KeyValueStore<String, FrontierPoint> points;

  private FrontierStores(ProcessingContext context) {
    this.checkpoints = context.getStateStore(CHECKPOINTS);
    this.models = context.getStateStore(MODELS);
    this.evaluations = context.getStateStore(EVALUATIONS);
    this.samples = context.getStateStore(SAMPLES);
    this.points = context.getStateStore(POINTS);
  }

  static FrontierStores of(ProcessingContext context) {
    return new FrontierStores(context);
  }

  static List<StoreBuilder<?>> builders() {
    return List.of(
        store(CHECKPOINTS, Topics.CHECKPOINTS.serde()),
        store(MODELS, Serdes.String()),
        store(EVALUATIONS, Topics.EVALUATIONS.serde()),
        store(SAMPLES, new AvroSerde<>(FrontierSample.class)),
        store(POINTS, new AvroSerde<>(FrontierPoint.class)));
  }

  /** All points there are. */
  List<FrontierPoint> points() {
    return values(points, of -> true);
  }

  /** Adds a checkpoint; returns the points that this changes, see {@link #put(Evaluation)}. */
  Map<Group, Optional<FrontierPoint>> put(Checkpoint checkpoint) {
    var model = checkpoint.getLineage().getModel();
    var id = checkpoint.getCheckpointId();
    var key = StoreKeys.of(model, id);
    if (checkpoint.equals(checkpoints.get(key))) {
      return Map.of();
    }
    checkpoints.put(key, checkpoint);
    models.put(id, model);
    return Optional.ofNullable(evaluations.get(key))
        .filter(evaluation -> !Samples.tellsItsOrigin(evaluation))
        .map(evaluation -> change(Optional.of(evaluation), evaluation))
        .orElse(Map.of());
  }

  /**
   * Adds an evaluation, which takes the place of an earlier one of the same checkpoint. One that
   * was there already changes nothing, and neither does one that is older than what is there.
   *
   * @return the points that this changes, absent where there is none any more
   */
  Map<Group, Optional<FrontierPoint>> put(Evaluation evaluation) {
    var key = key(evaluation);
    var before = Optional.ofNullable(evaluations.get(key));
    if (before
        .filter(there -> there.equals(evaluation) || isAfter(there, evaluation))
        .isPresent()) {
      return Map.of();
    }
    evaluations.put(key, evaluation);
    return change(before, evaluation);
  }

  /**
   * Forgets checkpoints and evaluations that were made before a time, and what their points had of
   * them.
   *
   * @return the points that this changes, see {@link #put(Evaluation)}
   */
  Map<Group, Optional<FrontierPoint>> forgetBefore(Instant limit) {
    for (var checkpoint : values(checkpoints, of -> of.getAt().isBefore(limit))) {
      var id = checkpoint.getCheckpointId();
      checkpoints.delete(StoreKeys.of(checkpoint.getLineage().getModel(), id));
      models.delete(id);
    }
    var groups = new LinkedHashSet<Group>();
    for (var evaluation : values(evaluations, of -> of.getAt().isBefore(limit))) {
      evaluations.delete(key(evaluation));
      if (Samples.isOfLastPhase(evaluation)) {
        var group = Group.of(evaluation);
        samples.delete(group.samples() + evaluation.getCheckpointId());
        groups.add(group);
      }
    }
    return aggregate(groups);
  }

  private Map<Group, Optional<FrontierPoint>> change(Optional<Evaluation> before, Evaluation now) {
    var groups = new LinkedHashSet<Group>();
    before
        .filter(Samples::isOfLastPhase)
        .map(Group::of)
        .ifPresent(
            group -> {
              samples.delete(group.samples() + now.getCheckpointId());
              groups.add(group);
            });
    if (Samples.isOfLastPhase(now)) {
      var group = Group.of(now);
      var checkpoint = Optional.ofNullable(checkpoints.get(key(now)));
      samples.put(group.samples() + now.getCheckpointId(), Samples.of(now, checkpoint));
      groups.add(group);
    }
    return aggregate(groups);
  }

  private Map<Group, Optional<FrontierPoint>> aggregate(Set<Group> groups) {
    var changed = new LinkedHashMap<Group, Optional<FrontierPoint>>();
    groups.forEach(group -> changed.put(group, aggregate(group)));
    return changed;
  }

  private Optional<FrontierPoint> aggregate(Group group) {
    var ofGroup = new ArrayList<FrontierSample>();
    try (var entries = samples.prefixScan(group.samples(), new StringSerializer())) {
      entries.forEachRemaining(entry -> ofGroup.add(entry.value));
    }
    if (ofGroup.isEmpty()) {
      points.delete(group.key());
      return Optional.empty();
    }
    var point = Points.of(group, ofGroup);
    points.put(group.key(), point);
    return Optional.of(point);
  }

  private static boolean isAfter(Evaluation there, Evaluation evaluation) {
    return there.getAt().isAfter(evaluation.getAt());
  }

  private static String key(Evaluation evaluation) {
    return StoreKeys.of(evaluation.getLineage().getModel(), evaluation.getCheckpointId());
  }

  /** Read to the end before anything is deleted. */
  private static <V> List<V> values(KeyValueStore<String, V> store, Predicate<V> which) {
    var values = new ArrayList<V>();
    try (var entries = store.all()) {
      entries.forEachRemaining(
          entry -> {
            if (which.test(entry.value)) {
              values.add(entry.value);
            }
          });
    }
    return values;
  }

  private static <V> StoreBuilder<?> store(String name, Serde<V> serde) {
    return Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(name), Serdes.String(), serde);
  }
}
