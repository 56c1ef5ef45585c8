package io.topiary.trainer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.WorkerSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Command;
import io.topiary.schemas.Control;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import io.topiary.schemas.TrainingJob;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Trainers on a broker, with a store of the test's own, and what has become of their jobs. */
final class TrainerFixture implements AutoCloseable {

  final KafkaSettings kafka;
  final FileArtifactStore artifacts;
  final Telemetry telemetry = Telemetry.start("localhost", 0);
  private final RecordSender sender;
  private final Resources resources = new Resources();

  TrainerFixture(String bootstrapServers, Path folder) throws InterruptedException {
    kafka = new KafkaSettings(Map.of("bootstrap.servers", bootstrapServers));
    artifacts = FileArtifactStore.open(folder);
    PipelineTopics.createMissing(kafka);
    resources.own(telemetry);
    sender = resources.own(new RecordSender("test-sender", kafka, telemetry.registry()));
  }

  TrainerService start() throws InterruptedException {
    return start(artifacts);
  }

  TrainerService start(ArtifactStore store) throws InterruptedException {
    var config =
        new TrainerConfig(
            new WorkerSettings("test-worker", List.of()), 1, List.of("cpu"), Duration.ofMinutes(5));
    return resources.own(TrainerService.start(config, store, kafka, telemetry, Clock.systemUTC()));
  }

  void send(TrainingJob job) throws InterruptedException {
    sender.send(Topics.JOBS, job.getJobId(), job);
  }

  /** Cancels the job or the plan of that id. */
  void cancel(String id) throws InterruptedException {
    sender.send(Topics.CONTROLS, id, new Control(id, Command.CANCEL, Instant.EPOCH));
  }

  /** The records of that key, as they were sent. */
  <V extends SpecificRecord> List<V> read(Topic<V> topic, String key) {
    return read(topic.name(), key).stream()
        .map(record -> topic.serde().decode(record.value()))
        .toList();
  }

  List<ConsumerRecord<byte[], byte[]>> read(String topic, String key) {
    try (var consumer =
        kafka.client(
            "test-reader",
            Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"),
            properties ->
                new KafkaConsumer<>(
                    properties, new ByteArrayDeserializer(), new ByteArrayDeserializer()))) {
      var partitions =
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList();
      consumer.assign(partitions);
      var ends = consumer.endOffsets(partitions);
      var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records.stream()
          .filter(record -> new String(record.key(), UTF_8).equals(key))
          .toList();
    }
  }

  /** Trainings begun and ended in this process, whether they came to an end or not. */
  long trainings() {
    return telemetry.registry().find("topiary.training.duration").timers().stream()
        .mapToLong(timer -> timer.count())
        .sum();
  }

  @Override
  public void close() {
    resources.close();
  }
}
