package io.topiary.pruner;

import io.topiary.pruner.pruning.Policies;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
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

/** The policies in force, held in full by every instance. */
final class AcceptedPolicies {

  static final String STORE = "accepted-policies";

  private static final Logger log = LoggerFactory.getLogger(AcceptedPolicies.class);

  private final KeyValueStore<String, PruningPolicy> store;

  private AcceptedPolicies(KeyValueStore<String, PruningPolicy> store) {
    this.store = store;
  }

  static AcceptedPolicies of(ProcessingContext context) {
    return new AcceptedPolicies(context.getStateStore(STORE));
  }

  static StoreBuilder<KeyValueStore<String, PruningPolicy>> store() {
    return Stores.keyValueStoreBuilder(
        Stores.inMemoryKeyValueStore(STORE), Serdes.String(), Topics.ACCEPTED_POLICIES.serde());
  }

  List<PruningPolicy> all() {
    var policies = new ArrayList<PruningPolicy>();
    try (var entries = store.all()) {
      entries.forEachRemaining(entry -> policies.add(entry.value));
    }
    return policies;
  }

  List<PruningPolicy> applyingTo(String model) {
    return all().stream().filter(policy -> Policies.appliesTo(policy, model)).toList();
  }

  /**
   * Fills the store. What cannot be decoded is left out, as an exception here would end the client;
   * with it goes what the policy said before, which is in force no more.
   */
  static final class Updater extends ContextualProcessor<String, byte[], Void, Void> {

    @Override
    public void process(Record<String, byte[]> record) {
      KeyValueStore<String, PruningPolicy> store = context().getStateStore(STORE);
      if (record.value() == null) {
        store.delete(record.key());
        return;
      }
      try {
        store.put(record.key(), Topics.ACCEPTED_POLICIES.serde().decode(record.value()));
      } catch (SerializationException e) {
        store.delete(record.key());
        log.warn(
            "Policy '{}' is in force no more, as its record of {} cannot be read: {}",
            record.key(),
            Topics.ACCEPTED_POLICIES.name(),
            e.getMessage());
      }
    }
  }
}
