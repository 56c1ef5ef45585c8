package io.topiary.pruner;

import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
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
 *
 * <p>Of those that it holds, it hands on one at every tick, as whatever is done in one tick is done
 * in one transaction. So is what the other tasks of the thread do in theirs: a transaction may have
 * to prune one checkpoint of each.
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

  /** Key of the parked checkpoint that was tried last. */
  private String tried = "";

  private Set<PruningPolicy> applied = Set.of();

  /** Models whose newest checkpoint has not been handed on since the policies have changed. */
  private final Deque<String> outdated = new ArrayDeque<>();

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    super.init(context);
    applied = Set.of();
    outdated.clear();
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, this::tick);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    context().forward(record);
  }

  private void tick(long now) {
    lookAtPolicies();
    if (!retryParked(now)) {
      Optional.ofNullable(outdated.poll())
          .map(store(NEWEST)::get)
          .ifPresent(newest -> handOn(newest, now));
    }
  }

  private void lookAtPolicies() {
    var policies = new HashSet<>(AcceptedPolicies.of(context()).all());
    if (!policies.equals(applied)) {
      applied = policies;
      outdated.clear();
      try (var newest = store(NEWEST).all()) {
        newest.forEachRemaining(entry -> outdated.add(entry.key));
      }
    }
  }

  /** Tries one after the other, and pauses after each that is parked again; tells if it tried. */
  private boolean retryParked(long millis) {
    var now = Instant.ofEpochMilli(millis);
    if (now.isBefore(nextTry)) {
      return false;
    }
    var next = nextParked();
    if (next.isEmpty()) {
      pause = TICK;
      return false;
    }
    tried = next.get().key;
    handOn(next.get().value, millis);
    if (store(PARKED).get(tried) != null) {
      nextTry = now.plus(pause);
      pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
    } else {
      pause = TICK;
    }
    return true;
  }

  /** The one after that which was tried last, so that none has to wait for another. */
  private Optional<KeyValue<String, byte[]>> nextParked() {
    try (var parked = store(PARKED).all()) {
      Optional<KeyValue<String, byte[]>> first = Optional.empty();
      while (parked.hasNext()) {
        var entry = parked.next();
        if (entry.key.compareTo(tried) > 0) {
          return Optional.of(entry);
        }
        first = first.or(() -> Optional.of(entry));
      }
      return first;
    }
  }

  private void handOn(byte[] checkpoint, long now) {
    var model = Topics.CHECKPOINTS.serde().decode(checkpoint).getLineage().getModel();
    context().forward(new Record<>(model, checkpoint, now));
  }

  private KeyValueStore<String, byte[]> store(String name) {
    return context().getStateStore(name);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
