package io.topiary.runtime.queue;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.admin.SupportedVersionRange;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;

/** The broker's side of a queue: whether it can have share groups, and how this one behaves. */
final class ShareGroup implements AutoCloseable {

  /** The level of metadata.version that the first release with all that a queue needs, 4.2, has. */
  private static final int KAFKA_4_2 = 28;

  /**
   * Without the first, jobs of aborted transactions would run; without the second, those sent
   * before the first worker came would not.
   */
  private static final Map<String, String> CONFIG =
      Map.of("share.isolation.level", "read_committed", "share.auto.offset.reset", "earliest");

  private static final Duration TAKES_EFFECT = Duration.ofSeconds(20);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private static final Map<String, Object> DEFAULTS =
      Map.of(
          AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000,
          AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000);

  private final String name;
  private final KafkaSettings kafka;
  private final Admin admin;
  private final int deliveryLimit;

  private ShareGroup(String name, KafkaSettings kafka, Admin admin) throws InterruptedException {
    this.name = name;
    this.kafka = kafka;
    this.admin = admin;
    requireShareGroups();
    configure();
    this.deliveryLimit = readDeliveryLimit();
  }

  /**
   * Checks the broker and configures the group.
   *
   * @throws StartException when no broker answers, when it has no share groups, or when it does not
   *     let this group be configured
   */
  static ShareGroup prepare(String name, KafkaSettings kafka) throws InterruptedException {
    var admin = kafka.client(name + "-admin", DEFAULTS, Admin::create);
    try {
      return new ShareGroup(name, kafka, admin);
    } catch (RuntimeException | InterruptedException e) {
      admin.close();
      throw e;
    }
  }

  /** How often the broker delivers a record before it gives it up without a word. */
  int deliveryLimit() {
    return deliveryLimit;
  }

  /** Records of the topic that no worker has settled yet, those in work among them. */
  long backlog(String topic) throws ExecutionException, InterruptedException {
    var progress = progress(topic);
    var partitions =
        admin
            .describeTopics(List.of(topic))
            .allTopicNames()
            .get()
            .values()
            .iterator()
            .next()
            .partitions();
    var records = 0L;
    for (var partition : partitions) {
      var of = new TopicPartition(topic, partition.partition());
      var lag = Optional.ofNullable(progress.get(of)).flatMap(SharePartitionOffsetInfo::lag);
      records +=
          lag.isPresent()
              ? lag.get()
              : offset(of, OffsetSpec.latest()) - offset(of, OffsetSpec.earliest());
    }
    return records;
  }

  /**
   * Deletes the topic's records below the group's start offset: those that are settled, and before
   * which none is open. The last of them may stay until the group has settled another: the broker
   * writes its start offset down with a settlement, before it moves on.
   */
  void deleteSettled(String topic) throws ExecutionException, InterruptedException {
    var settled = new HashMap<TopicPartition, RecordsToDelete>();
    progress(topic)
        .forEach(
            (partition, progress) -> {
              // A start that is not known yet is -1, which to delete would mean all records.
              if (progress.startOffset() > 0) {
                settled.put(partition, RecordsToDelete.beforeOffset(progress.startOffset()));
              }
            });
    admin.deleteRecords(settled).all().get();
  }

  @Override
  public void close() {
    admin.close();
  }

  /** How far the group is; nothing is known of a partition before its first record is settled. */
  private Map<TopicPartition, SharePartitionOffsetInfo> progress(String topic)
      throws ExecutionException, InterruptedException {
    return admin
        .listShareGroupOffsets(Map.of(name, new ListShareGroupOffsetsSpec()))
        .partitionsToOffsetInfo(name)
        .get()
        .entrySet()
        .stream()
        .filter(known -> known.getKey().topic().equals(topic) && known.getValue() != null)
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private void requireShareGroups() throws InterruptedException {
    var features = get(admin.describeFeatures().featureMetadata());
    var metadata = Optional.ofNullable(features.supportedFeatures().get("metadata.version"));
    var share = Optional.ofNullable(features.finalizedFeatures().get("share.version"));
    lacking(
            kafka.bootstrapServers(),
            metadata.map(SupportedVersionRange::maxVersion).orElse((short) 0),
            share.map(FinalizedVersionRange::maxVersionLevel).orElse((short) 0))
        .ifPresent(
            sentence -> {
              throw new StartException(sentence);
            });
  }

  /**
   * What brokers lack to have a queue, in one sentence; absent when they lack nothing.
   *
   * @param metadata the highest metadata.version that they support, 0 when they know of none
   * @param share the share.version that is switched on, 0 when none is
   */
  static Optional<String> lacking(String bootstrapServers, int metadata, int share) {
    if (metadata < KAFKA_4_2) {
      return Optional.of(
          "The broker at %s should be Kafka 4.2 or later, which supports metadata.version %d, but it supports %d at most."
              .formatted(bootstrapServers, KAFKA_4_2, metadata));
    }
    if (share < 1) {
      return Optional.of(
          "The broker at %s should have share groups switched on: kafka-features.sh --bootstrap-server %s upgrade --feature share.version=1."
              .formatted(bootstrapServers, bootstrapServers));
    }
    return Optional.empty();
  }

  /** Sets what a queue needs, and waits until a broker says that it holds. */
  private void configure() throws InterruptedException {
    Collection<AlterConfigOp> changes =
        CONFIG.entrySet().stream()
            .map(entry -> new ConfigEntry(entry.getKey(), entry.getValue()))
            .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
            .toList();
    get(admin.incrementalAlterConfigs(Map.of(resource(), changes)).all());
    var deadline = Instant.now().plus(TAKES_EFFECT);
    while (!isConfigured()) {
      if (Instant.now().isAfter(deadline)) {
        throw new StartException(
            "The share group %s should be configured with %s, but the broker at %s did not take it."
                .formatted(name, CONFIG, kafka.bootstrapServers()));
      }
      Thread.sleep(LOOK_AGAIN.toMillis());
    }
  }

  /** The group's own limit, which Kafka has from 4.3 on, or else the broker's. */
  private int readDeliveryLimit() throws InterruptedException {
    var limit = Optional.ofNullable(groupConfig().get("share.delivery.count.limit"));
    if (limit.isPresent()) {
      return Integer.parseInt(limit.get().value());
    }
    var broker = get(admin.describeCluster().nodes()).iterator().next();
    var resource = new ConfigResource(ConfigResource.Type.BROKER, broker.idString());
    return Integer.parseInt(config(resource).get("group.share.delivery.count.limit").value());
  }

  private boolean isConfigured() throws InterruptedException {
    var config = groupConfig();
    return CONFIG.entrySet().stream()
        .allMatch(
            wanted ->
                Optional.ofNullable(config.get(wanted.getKey()))
                    .filter(entry -> wanted.getValue().equals(entry.value()))
                    .isPresent());
  }

  private Config groupConfig() throws InterruptedException {
    return config(resource());
  }

  private Config config(ConfigResource resource) throws InterruptedException {
    return get(admin.describeConfigs(List.of(resource)).all()).values().iterator().next();
  }

  private long offset(TopicPartition partition, OffsetSpec which)
      throws ExecutionException, InterruptedException {
    return admin.listOffsets(Map.of(partition, which)).partitionResult(partition).get().offset();
  }

  private ConfigResource resource() {
    return new ConfigResource(ConfigResource.Type.GROUP, name);
  }

  private <T> T get(KafkaFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw new StartException(
            "No broker answers at %s, but %s should name brokers that run."
                .formatted(kafka.bootstrapServers(), KafkaSettings.BOOTSTRAP_SERVERS.name()),
            e);
      }
      throw new StartException(
          "The broker at %s does not let the share group %s be set up: %s"
              .formatted(kafka.bootstrapServers(), name, e.getMessage()),
          e);
    }
  }
}
