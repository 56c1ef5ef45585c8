package io.topiary.evaluator.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kroxylicious.testing.kafka.api.KafkaCluster;
import io.kroxylicious.testing.kafka.api.TerminationStyle;
import io.kroxylicious.testing.kafka.junit5ext.KafkaClusterExtension;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Result;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("broker")
@ExtendWith(KafkaClusterExtension.class)
class PageServiceIT {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(100), ZoneOffset.UTC);

  KafkaCluster cluster;

  private final Resources resources = new Resources();
  private final Telemetry telemetry = resources.own(Telemetry.start("localhost", 0));
  private KafkaSettings kafka;
  private RecordSender sender;

  @BeforeEach
  void open() throws Exception {
    kafka = new KafkaSettings(Map.of("bootstrap.servers", cluster.getBootstrapServers()));
    PipelineTopics.createMissing(kafka);
    sender = resources.own(new RecordSender("test-sender", kafka, telemetry.registry()));
  }

  @AfterEach
  void close() {
    resources.close();
  }

  @Test
  void shouldShowWhatWasThereAndWhatComesAndOutliveTheBroker() throws Exception {
    // Given what was sent before the page is served, and a record that is none
    sender.send(Topics.PROGRESS, "a", LiveRecords.sign("a", 10));
    sender.send(Topics.OUTCOMES, "resnet8", LiveRecords.end("a", Work.TRAINING, Result.DONE, 20));
    sender.send(
        new ProducerRecord<>(
            Topics.PROGRESS.name(), "b".getBytes(UTF_8), "no Avro".getBytes(UTF_8)));
    letter(0);

    // When
    resources.own(PageService.start(kafka, telemetry, CLOCK));

    // Then all that is in order is there
    await().atMost(SOON).until(() -> telemetry.health().unready().isEmpty());
    assertThat(json("/jobs").at("/jobs")).singleElement().matches(job -> ended(job).equals("done"));
    assertThat(json("/dead-letters").get("count").asInt()).isEqualTo(1);
    assertThat(
            telemetry
                .registry()
                .get("topiary.page.refused")
                .tag("topic", "topiary.progress")
                .counter()
                .count())
        .isEqualTo(1);

    // When the broker goes away, what is known stays and is said to be old
    cluster.stopNodes(node -> true, TerminationStyle.GRACEFUL);
    await().atMost(SOON).until(() -> !json("/jobs").get("stale").isNull());
    assertThat(telemetry.health().unready()).containsKey("topiary-page");
    assertThat(json("/jobs").get("jobs")).hasSize(1);

    // And when it is back, the page goes on
    cluster.startNodes(node -> true);
    sender.send(Topics.PROGRESS, "c", LiveRecords.sign("c", 30));
    letter(1);
    await().atMost(SOON).until(() -> json("/jobs").get("jobs").size() == 2);
    await().atMost(SOON).until(() -> json("/dead-letters").get("count").asInt() == 2);
    assertThat(json("/dead-letters").at("/deadLetters/0/offset").asInt()).isEqualTo(1);
    await().atMost(SOON).until(() -> telemetry.health().unready().isEmpty());
    assertThat(json("/jobs").get("stale").isNull()).isTrue();
  }

  private void letter(long offset) throws InterruptedException {
    var original =
        new ConsumerRecord<>("topiary.jobs", 0, offset, "k".getBytes(UTF_8), new byte[] {1});
    sender.send(DeadLetters.letter(original, new Exception("It is no job."), "topiary-trainers"));
  }

  private static String ended(JsonNode job) {
    return job.get("ended").asText();
  }

  private JsonNode json(String path) {
    try (var stream = telemetry.address().resolve(path).toURL().openStream()) {
      return new ObjectMapper().readTree(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
