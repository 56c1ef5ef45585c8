package io.topiary.pruner;

import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Hands checkpoints on to be pruned: those that arrive, at once; those that were parked because the
 * artifact store was away, again and again; and the newest dense one of every model whenever the
 * policies have changed, so that it makes no difference which of the two came first.
 */
final class CheckpointIntake extends ContextualProcessor<String, byte[], String, byte[]> {

  /** Checkpoints that wait for the artifact store, by checkpoint id, as they came. */
  static final String PARKED = "parked-checkpoints";

  /** The newest dense checkpoint of every model, by model, as it came. */
  static final String NEWEST = "newest-checkpoints";

  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private Duration pause = TICK;
  private Instant nextTry = Instant.EPOCH;
  private Set<PruningPolicy> applied = Set.of();

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    super.init(context);
    applied = Set.of();
    context.schedule(
        TICK,
        PunctuationType.WALL_CLOCK_TIME,
        now -> {
          retryParked(Instant.ofEpochMilli(now));
          applyChangedPolicies(now);
        });
  }

  @Override
  public void process(Record<String, byte[]> record) {
    context().forward(record);
  }

  /** Ends at the first that is parked again, so that a store that is away costs one short call. */
  private void retryParked(Instant now) {
    if (now.isBefore(nextTry)) {
      return;
    }
    for (var checkpoint : all(PARKED)) {
      handOn(checkpoint.value, now.toEpochMilli());
      if (store(PARKED).get(checkpoint.key) != null) {
        nextTry = now.plus(pause);
        pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
        return;
      }
    }
    pause = TICK;
  }

  private void applyChangedPolicies(long now) {
    var policies = new HashSet<>(AcceptedPolicies.of(context()).all());
    if (!policies.equals(applied)) {
      applied = policies;
      all(NEWEST).forEach(checkpoint -> handOn(checkpoint.value, now));
    }
  }

  private void handOn(byte[] checkpoint, long now) {
    var model = Topics.CHECKPOINTS.serde().decode(checkpoint).getLineage().getModel();
    context().forward(new Record<>(model, checkpoint, now));
  }

  /** A copy, as the store changes while it is worked on. */
  private List<KeyValue<String, byte[]>> all(String store) {
    var all = new ArrayList<KeyValue<String, byte[]>>();
    try (var entries = store(store).all()) {
      entries.forEachRemaining(all::add);
    }
    return all;
  }

  private KeyValueStore<String, byte[]> store(String name) {
    return context().getStateStore(name);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
