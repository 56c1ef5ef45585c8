package io.topiary.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.cli.broker.EmbeddedKafka;
import io.topiary.schemas.Command;
import io.topiary.schemas.Control;
import io.topiary.schemas.TopicCreation;
import io.topiary.schemas.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
class CancelCommandIT {

  private static final String JOB = "5f0c3a9b1d2e4f60718293a4b5c6d7e8";
  private static final String PLAN = "0123456789abcdef0123456789abcdef";

  @TempDir private Path folder;

  @Test
  void shouldWriteAnOrderForEveryIdAndTakeItBack() throws Exception {
    try (var broker = EmbeddedKafka.start(folder.resolve("kafka"))) {
      // Given brokers with the topics, and one that has them not yet
      var servers = broker.bootstrapServers();
      var early =
          CommandLineRun.of(
              "cancel",
              JOB,
              "--bootstrap-servers",
              servers,
              "--set",
              "topiary.kafka.max.block.ms=300");
      assertThat(early.status()).isEqualTo(1);
      assertThat(early.err()).singleElement().asString().contains(servers, "topiary.controls");
      createTopics(servers);
      var before = Instant.now().minusMillis(1);

      // When
      var cancelled = CommandLineRun.of("cancel", JOB, PLAN, "--bootstrap-servers", servers);

      // Then
      assertThat(cancelled.err()).isEmpty();
      assertThat(cancelled.status()).isZero();
      assertThat(cancelled.out())
          .containsExactly(
              JOB + " is ordered to be cancelled.", PLAN + " is ordered to be cancelled.");
      assertThat(controls(servers).keySet()).containsExactly(JOB, PLAN);
      assertThat(controls(servers))
          .allSatisfy(
              (key, control) -> {
                assertThat(control.orElseThrow().getId()).isEqualTo(key);
                assertThat(control.orElseThrow().getCommand()).isEqualTo(Command.CANCEL);
                assertThat(control.orElseThrow().getAt()).isBetween(before, Instant.now());
              });

      // When one is taken back, by way of a file that is written for a service
      var file = folder.resolve("topiary.yaml");
      Files.writeString(
          file,
          """
          topiary:
            artifacts.dir: /nowhere
            trainer.slots: 2
            stop.within: 5s
            kafka.bootstrap.servers: %s
          """
              .formatted(servers));
      var lifted = CommandLineRun.of("cancel", "--lift", JOB, "--config", file.toString());

      // Then
      assertThat(lifted.err()).isEmpty();
      assertThat(lifted.out()).containsExactly("The order to cancel " + JOB + " is taken back.");
      assertThat(controls(servers)).containsEntry(JOB, Optional.empty()).hasSize(2);
      assertThat(controls(servers).get(PLAN)).isPresent();
    }
  }

  private static void createTopics(String servers) throws InterruptedException {
    try (var admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      TopicCreation.createMissing(admin);
    }
  }

  /** The newest value of every key; none where it was taken back. */
  private static Map<String, Optional<Control>> controls(String servers) {
    try (var consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", servers, "auto.offset.reset", "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      var partition = new TopicPartition(Topics.CONTROLS.name(), 0);
      consumer.assign(List.of(partition));
      var end = consumer.endOffsets(List.of(partition)).get(partition);
      var newest = new LinkedHashMap<String, Optional<Control>>();
      while (consumer.position(partition) < end) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          newest.put(
              new String(record.key(), UTF_8),
              Optional.ofNullable(record.value()).map(Topics.CONTROLS.serde()::decode));
        }
      }
      return newest;
    }
  }
}
