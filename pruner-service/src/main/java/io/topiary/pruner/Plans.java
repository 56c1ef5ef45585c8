package io.topiary.pruner;

import io.topiary.schemas.AvroSerde;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.DenseRun;
import io.topiary.schemas.Plan;
import io.topiary.schemas.PlanState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** All plans there ever were of a task's models; those of one checkpoint lie together. */
final class Plans {

  static final String STORE = "plans";

  private final KeyValueStore<String, Plan> store;

  private Plans(KeyValueStore<String, Plan> store) {
    this.store = store;
  }

  static Plans of(ProcessingContext context) {
    return new Plans(context.getStateStore(STORE));
  }

  static StoreBuilder<KeyValueStore<String, Plan>> store() {
    return Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(STORE), Serdes.String(), new AvroSerde<>(Plan.class));
  }

  /** Its dense network could not be pruned. */
  static boolean isRefused(Plan plan) {
    return plan.getState() == PlanState.REFUSED;
  }

  /** It has not ended. */
  static boolean isOpen(Plan plan) {
    return switch (plan.getState()) {
      case WAITING, RETRAINING, PRUNING -> true;
      case UNKNOWN, DONE, FAILED, REFUSED, CANCELLED -> false;
    };
  }

  void put(Plan plan) {
    store.put(key(plan), plan);
  }

  void delete(Plan plan) {
    store.delete(key(plan));
  }

  /** The plans that have not ended; the store holds all others too. */
  List<Plan> open() {
    return values(store.all(), Plans::isOpen);
  }

  /** The plans that start from the dense checkpoint, whatever became of them. */
  List<Plan> startingFrom(String checkpointId) {
    // The id of a checkpoint from outside may go on where another's ends.
    return values(
        store.prefixScan(prefix(checkpointId), new StringSerializer()),
        plan -> checkpointId(plan).equals(checkpointId));
  }

  /** The plan that waits for this network: whose current job has made it. */
  Optional<Plan> waitingFor(Checkpoint retrained) {
    var dense = retrained.getDense().map(DenseRun::getCheckpointId);
    var planId = retrained.getLineage().getPlan();
    return dense
        .flatMap(start -> planId.map(id -> prefix(start) + id))
        .map(store::get)
        .filter(Plans::isOpen)
        .filter(plan -> plan.getJob().getJobId().equals(retrained.getJobId()));
  }

  private static String key(Plan plan) {
    return prefix(checkpointId(plan)) + plan.getPlanId();
  }

  private static String checkpointId(Plan plan) {
    return plan.getJob().getDense().orElseThrow().getCheckpointId();
  }

  private static String prefix(String checkpointId) {
    return checkpointId + "/";
  }

  private static List<Plan> values(KeyValueIterator<String, Plan> entries, Predicate<Plan> wanted) {
    try (entries) {
      var plans = new ArrayList<Plan>();
      while (entries.hasNext()) {
        var plan = entries.next().value;
        if (wanted.test(plan)) {
          plans.add(plan);
        }
      }
      return plans;
    }
  }
}
