package io.topiary.runtime.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.AvroSerde;
import io.topiary.schemas.Command;
import io.topiary.schemas.Control;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A topic and a share group of a test's own, and what it needs to work with them. */
final class QueueFixture implements AutoCloseable {

  static final AvroSerde<Control> SERDE = new AvroSerde<>(Control.class);

  final KafkaSettings kafka;
  final Topic<Control> topic;
  final String group;
  final Admin admin;
  final RecordSender sender;
  final Telemetry telemetry = Telemetry.start("localhost", 0);
  private final Resources resources = new Resources();

  QueueFixture(String bootstrapServers) throws Exception {
    var name = UUID.randomUUID().toString().substring(0, 8);
    kafka = new KafkaSettings(Map.of("bootstrap.servers", bootstrapServers));
    topic = new Topic<>("jobs-" + name, Control.class, SERDE, 1, Map.of());
    group = "workers-" + name;
    resources.own(telemetry);
    admin = resources.own(kafka.client("test-admin", Map.of(), Admin::create));
    sender = resources.own(new RecordSender("test-sender", kafka, telemetry.registry()));
    admin.createTopics(List.of(new NewTopic(topic.name(), 1, (short) 1))).all().get();
    PipelineTopics.createMissing(kafka);
  }

  JobQueue start(JobHandler<Control> handler) throws InterruptedException {
    return start(handler, 1);
  }

  JobQueue start(JobHandler<Control> handler, int slots) throws InterruptedException {
    return start(handler, JobQueueSettings.onLog(group, slots));
  }

  JobQueue start(JobHandler<Control> handler, JobQueueSettings settings)
      throws InterruptedException {
    return resources.own(JobQueue.start(topic, settings, kafka, telemetry, sender -> handler));
  }

  void send(String id) throws InterruptedException {
    sender.send(record(id));
  }

  ProducerRecord<byte[], byte[]> record(String id) {
    return new ProducerRecord<>(topic.name(), id.getBytes(UTF_8), SERDE.encode(job(id)));
  }

  static Control job(String id) {
    return new Control(id, Command.CANCEL, Instant.EPOCH);
  }

  /** Everything on the topic, read from its beginning. */
  List<ConsumerRecord<byte[], byte[]>> read(String name) {
    try (var consumer =
        kafka
            .with(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest")
            .client(
                "test-reader",
                Map.of(),
                properties ->
                    new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer()))) {
      var partition = new TopicPartition(name, 0);
      consumer.assign(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }

  /** The dead letters that come from this fixture's topic. */
  List<ConsumerRecord<byte[], byte[]>> deadLetters() {
    return read(Topics.DEAD_LETTERS).stream()
        .filter(
            letter -> header(letter, "__streams.errors.topic").equals(Optional.of(topic.name())))
        .toList();
  }

  static Optional<String> header(ConsumerRecord<byte[], byte[]> record, String name) {
    return Optional.ofNullable(record.headers().lastHeader(name))
        .map(header -> new String(header.value(), UTF_8));
  }

  double counter(String name) {
    return Optional.ofNullable(telemetry.registry().find(name).tag("group", group).counter())
        .map(counter -> counter.count())
        .orElse(0.0);
  }

  /** How many deliveries ended so. */
  long ended(String outcome) {
    return Optional.ofNullable(
            telemetry
                .registry()
                .find("topiary.queue.jobs")
                .tag("group", group)
                .tag("outcome", outcome)
                .timer())
        .map(timer -> timer.count())
        .orElse(0L);
  }

  @Override
  public void close() {
    resources.close();
  }
}
