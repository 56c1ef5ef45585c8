package io.topiary.pruner;

import io.topiary.schemas.Control;
import io.topiary.schemas.Plan;
import io.topiary.schemas.Topics;
import java.util.Optional;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controls in force, held in full by every instance: an id does not say which model's plan it
 * is, so its control cannot be sent to that model's task. It stays until it is taken back, and so
 * holds for a plan that begins after it.
 */
final class AcceptedControls {

  static final String STORE = "accepted-controls";

  private static final Logger log = LoggerFactory.getLogger(AcceptedControls.class);

  private final KeyValueStore<String, Control> store;

  private AcceptedControls(KeyValueStore<String, Control> store) {
    this.store = store;
  }

  static AcceptedControls of(ProcessingContext context) {
    return new AcceptedControls(context.getStateStore(STORE));
  }

  static StoreBuilder<KeyValueStore<String, Control>> store() {
    return Stores.keyValueStoreBuilder(
        Stores.inMemoryKeyValueStore(STORE), Serdes.String(), Topics.ACCEPTED_CONTROLS.serde());
  }

  /** The order to end the plan: by its own id, or by that of the job that it is at. */
  Optional<Cancellation> against(Plan plan) {
    return find("Plan ", plan.getPlanId()).or(() -> find("Job ", plan.getJob().getJobId()));
  }

  private Optional<Cancellation> find(String kind, String id) {
    return Optional.ofNullable(store.get(id))
        .map(control -> new Cancellation(kind + id, control.getAt()));
  }

  /**
   * Fills the store. What cannot be decoded is left out, as an exception here would end the client;
   * with it goes what the id's control was before, which is in force no more.
   */
  static final class Updater extends ContextualProcessor<String, byte[], Void, Void> {

    @Override
    public void process(Record<String, byte[]> record) {
      KeyValueStore<String, Control> store = context().getStateStore(STORE);
      if (record.value() == null) {
        store.delete(record.key());
        return;
      }
      try {
        store.put(record.key(), Topics.ACCEPTED_CONTROLS.serde().decode(record.value()));
      } catch (SerializationException e) {
        store.delete(record.key());
        log.warn(
            "The control of '{}' is in force no more, as its record of {} cannot be read: {}",
            record.key(),
            Topics.ACCEPTED_CONTROLS.name(),
            e.getMessage());
      }
    }
  }
}
