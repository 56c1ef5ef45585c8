package io.topiary.evaluator;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.engine.data.DataSetLibrary;
import io.topiary.evaluator.timing.SpeedupMeasurement;
import io.topiary.evaluator.timing.TimingMeters;
import io.topiary.evaluator.timing.TimingSettings;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.WorkerSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.quiet.QuietPeriods;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Evaluators on a broker, with a store of the test's own, and what they have sent. */
final class EvaluatorFixture implements AutoCloseable {

  /** As short as a timing can be. */
  static final TimingSettings TIMING =
      new TimingSettings(1, 1, Duration.ofMillis(1), Duration.ofMinutes(1));

  final KafkaSettings kafka;
  final FileArtifactStore artifacts;
  final Telemetry telemetry = Telemetry.start("localhost", 0);
  private final RecordSender sender;
  private final Resources resources = new Resources();

  EvaluatorFixture(String bootstrapServers, Path folder) throws InterruptedException {
    kafka = new KafkaSettings(Map.of("bootstrap.servers", bootstrapServers));
    artifacts = FileArtifactStore.open(folder);
    PipelineTopics.createMissing(kafka);
    resources.own(telemetry);
    sender = resources.own(new RecordSender("test-sender", kafka, telemetry.registry()));
  }

  EvaluatorService start() throws InterruptedException {
    var config = new EvaluatorConfig(new WorkerSettings("test-worker", List.of()), 1, TIMING);
    return resources.own(
        EvaluatorService.start(config, artifacts, kafka, telemetry, Clock.systemUTC()));
  }

  /** Evaluates without a broker. */
  static CheckpointEvaluation evaluation(ArtifactStore artifacts, Clock clock) {
    return new CheckpointEvaluation(
        artifacts,
        new DataSetLibrary(List.of()),
        clock,
        new SpeedupMeasurement(
            TIMING, new TimingMeters(new SimpleMeterRegistry()), System::nanoTime),
        new QuietPeriods());
  }

  void send(Checkpoint checkpoint) throws InterruptedException {
    sender.send(Topics.CHECKPOINTS, checkpoint.getLineage().getModel(), checkpoint);
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

  @Override
  public void close() {
    resources.close();
  }
}
