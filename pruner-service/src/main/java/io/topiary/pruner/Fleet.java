package io.topiary.pruner;

import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The trainers, as far as their jobs' signs of life tell. */
final class Fleet {

  static final String STORE = "trainers";

  /** A trainer that has been silent for longer is not counted upon. */
  private static final Duration SILENCE = Duration.ofMinutes(1);

  /** More than any one process runs side by side; whoever claims more is counted as one slot. */
  private static final int MOST_SLOTS = 1_000;

  private static final String BY_JOB = "job/";
  private static final String BY_WORKER = "worker/";

  private static final Logger log = LoggerFactory.getLogger(Fleet.class);

  private final KeyValueStore<String, JobProgress> store;

  private Fleet(KeyValueStore<String, JobProgress> store) {
    this.store = store;
  }

  static Fleet of(ProcessingContext context) {
    return new Fleet(context.getStateStore(STORE));
  }

  static StoreBuilder<KeyValueStore<String, JobProgress>> store() {
    return Stores.keyValueStoreBuilder(
        Stores.inMemoryKeyValueStore(STORE), Serdes.String(), Topics.PROGRESS.serde());
  }

  /** Jobs that the known trainers run side by side; 1 when none is known. */
  int slots(Instant now) {
    var slots = 0;
    try (var workers = store.prefixScan(BY_WORKER, new StringSerializer())) {
      while (workers.hasNext()) {
        var latest = workers.next().value;
        slots += latest.getAt().isBefore(now.minus(SILENCE)) ? 0 : slotsOf(latest);
      }
    }
    return Math.max(1, slots);
  }

  /** It runs the job that it tells of, whatever it claims. */
  private static int slotsOf(JobProgress trainer) {
    var slots = trainer.getSlots();
    return slots >= 1 && slots <= MOST_SLOTS ? slots : 1;
  }

  /** When the job was last heard of. */
  Optional<Instant> lastSignOfLife(String jobId) {
    return Optional.ofNullable(store.get(BY_JOB + jobId)).map(JobProgress::getAt);
  }

  /**
   * Keeps the latest sign of life of every training job and of every trainer, and forgets those
   * that the topic has forgotten. What cannot be decoded is left out: an exception here would end
   * the client.
   */
  static final class Updater extends ContextualProcessor<String, byte[], Void, Void> {

    private static final Duration KEPT = Duration.ofDays(1);
    private static final Duration BETWEEN_SWEEPS = Duration.ofHours(1);

    private Instant swept = Instant.EPOCH;

    @Override
    public void process(Record<String, byte[]> record) {
      if (record.value() == null) {
        return;
      }
      try {
        var progress = Topics.PROGRESS.serde().decode(record.value());
        if (progress.getWork() == Work.TRAINING) {
          store().put(BY_JOB + progress.getId(), progress);
          store().put(BY_WORKER + progress.getWorker(), progress);
          sweep(Instant.ofEpochMilli(context().currentSystemTimeMs()));
        }
      } catch (SerializationException e) {
        log.warn("A record of {} is left out: {}", Topics.PROGRESS.name(), e.getMessage());
      }
    }

    private void sweep(Instant now) {
      if (now.isBefore(swept.plus(BETWEEN_SWEEPS))) {
        return;
      }
      swept = now;
      var forgotten = new ArrayList<String>();
      try (var entries = store().all()) {
        entries.forEachRemaining(
            entry -> {
              if (entry.value.getAt().isBefore(now.minus(KEPT))) {
                forgotten.add(entry.key);
              }
            });
      }
      forgotten.forEach(store()::delete);
    }

    private KeyValueStore<String, JobProgress> store() {
      return context().getStateStore(STORE);
    }
  }
}
