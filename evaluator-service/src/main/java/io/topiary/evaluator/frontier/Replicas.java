package io.topiary.evaluator.frontier;

import static java.util.stream.Collectors.toCollection;

import io.topiary.schemas.Topics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** Which replica holds which partitions, and the stores of those that this one holds. */
final class Replicas {

  private final KafkaStreams streams;
  private final HostInfo self;
  private final int partitions;

  /**
   * @param self where other replicas reach this one
   * @param partitions how many there are
   */
  Replicas(KafkaStreams streams, HostInfo self, int partitions) {
    this.streams = streams;
    this.self = self;
    this.partitions = partitions;
  }

  boolean isSelf(HostInfo replica) {
    return replica.equals(self);
  }

  /**
   * The holder of every partition.
   *
   * @throws NotReadyException when some partition has none, or nothing is known
   */
  Map<HostInfo, Set<Integer>> holders() {
    var holders = new HashMap<HostInfo, Set<Integer>>();
    for (var replica : whenReady(streams::metadataForAllStreamsClients)) {
      var held =
          replica.topicPartitions().stream()
              .filter(partition -> partition.topic().equals(Topics.EVALUATIONS.name()))
              .map(TopicPartition::partition)
              .collect(toCollection(TreeSet::new));
      if (!held.isEmpty()) {
        holders.put(replica.hostInfo(), held);
      }
    }
    var covered = new HashSet<Integer>();
    holders.values().forEach(covered::addAll);
    if (covered.size() < partitions) {
      throw new NotReadyException(
          "The frontier's partitions are being given to its replicas; ask again in a moment.");
    }
    return holders;
  }

  /**
   * The holder of the model's partition.
   *
   * @throws NotReadyException when it has none, or nothing is known
   */
  Map<HostInfo, Set<Integer>> holderOf(String model) {
    var holder =
        whenReady(
            () ->
                streams.queryMetadataForKey(FrontierStores.POINTS, model, new StringSerializer()));
    if (holder == null
        || holder.equals(KeyQueryMetadata.NOT_AVAILABLE)
        || holder.activeHost().equals(HostInfo.unavailable())) {
      throw new NotReadyException(
          "The model's partition is being given to a replica; ask again in a moment.");
    }
    return Map.of(holder.activeHost(), Set.of(holder.partition()));
  }

  /**
   * The stores of partitions that this replica holds.
   *
   * @throws NotReadyException when it does not, or is still to restore them
   */
  List<PartitionView> views(Set<Integer> held) {
    return held.stream().map(partition -> whenReady(() -> view(partition))).toList();
  }

  /**
   * Reads from stores, which may move away meanwhile.
   *
   * @throws NotReadyException when they do
   */
  <A> A whenReady(Supplier<A> read) {
    try {
      return read.get();
    } catch (InvalidStateStoreException | IllegalStateException e) {
      throw new NotReadyException(
          "The frontier is being restored, or moves to another replica; ask again in a moment.", e);
    }
  }

  private PartitionView view(int partition) {
    return new PartitionView(
        store(FrontierStores.CHECKPOINTS, partition),
        store(FrontierStores.MODELS, partition),
        store(FrontierStores.EVALUATIONS, partition),
        store(FrontierStores.POINTS, partition));
  }

  private <V> ReadOnlyKeyValueStore<String, V> store(String name, int partition) {
    return streams.store(
        StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.<String, V>keyValueStore())
            .withPartition(partition));
  }
}
