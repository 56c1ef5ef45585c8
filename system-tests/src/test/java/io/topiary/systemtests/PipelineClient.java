package io.topiary.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Somebody outside: sends records with Kafka's plain clients and keeps all that comes back. */
final class PipelineClient implements AutoCloseable {

  private static final List<String> FOLLOWED =
      List.of(
          Topics.CHECKPOINTS.name(),
          Topics.EVALUATIONS.name(),
          Topics.OUTCOMES.name(),
          Topics.PROGRESS.name(),
          Topics.DEAD_LETTERS);

  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<Checkpoint> checkpoints = new ArrayList<>();
  private final List<Evaluation> evaluations = new ArrayList<>();
  private final List<Outcome> outcomes = new ArrayList<>();
  private final List<JobProgress> progress = new ArrayList<>();
  private final List<String> deadLetters = new ArrayList<>();

  PipelineClient(String bootstrapServers) {
    producer =
        new KafkaProducer<>(
            Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
  }

  /** Whether the services have created every topic. */
  static boolean topicsExist(String bootstrapServers)
      throws InterruptedException, ExecutionException {
    try (var admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
      return admin.listTopics().names().get().containsAll(FOLLOWED);
    }
  }

  /** Follows what comes back, from the beginning. A broker may not know a new topic at once. */
  PipelineClient follow() {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> FOLLOWED.stream().noneMatch(topic -> consumer.partitionsFor(topic).isEmpty()));
    consumer.assign(
        FOLLOWED.stream()
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList());
    return this;
  }

  <V extends SpecificRecord> void send(Topic<V> topic, String key, V value)
      throws InterruptedException, ExecutionException {
    send(topic.name(), key, topic.serde().encode(value));
  }

  void send(String topic, String key, byte[] value)
      throws InterruptedException, ExecutionException {
    producer.send(new ProducerRecord<>(topic, key.getBytes(UTF_8), value)).get();
  }

  /** Takes in what has arrived meanwhile. */
  PipelineClient poll() {
    for (var record : consumer.poll(Duration.ofMillis(200))) {
      if (record.topic().equals(Topics.CHECKPOINTS.name())) {
        decode(Topics.CHECKPOINTS, record.value(), checkpoints);
      } else if (record.topic().equals(Topics.EVALUATIONS.name())) {
        decode(Topics.EVALUATIONS, record.value(), evaluations);
      } else if (record.topic().equals(Topics.OUTCOMES.name())) {
        decode(Topics.OUTCOMES, record.value(), outcomes);
      } else if (record.topic().equals(Topics.PROGRESS.name())) {
        decode(Topics.PROGRESS, record.value(), progress);
      } else {
        deadLetters.add(
            new String(record.headers().lastHeader("__streams.errors.message").value(), UTF_8));
      }
    }
    return this;
  }

  List<Checkpoint> checkpoints() {
    return checkpoints;
  }

  List<Evaluation> evaluations() {
    return evaluations;
  }

  List<Outcome> outcomes() {
    return outcomes;
  }

  List<JobProgress> progress() {
    return progress;
  }

  List<String> deadLetters() {
    return deadLetters;
  }

  private static <V extends SpecificRecord> void decode(Topic<V> topic, byte[] value, List<V> to) {
    try {
      to.add(topic.serde().decode(value));
    } catch (org.apache.kafka.common.errors.SerializationException e) {
      // What a test has sent to be refused; the services' dead letters tell of it.
    }
  }

  @Override
  public void close() {
    producer.close();
    consumer.close();
  }
}
