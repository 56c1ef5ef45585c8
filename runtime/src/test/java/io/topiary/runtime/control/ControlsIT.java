package io.topiary.runtime.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.kroxylicious.testing.kafka.api.KafkaCluster;
import io.kroxylicious.testing.kafka.api.TerminationStyle;
import io.kroxylicious.testing.kafka.junit5ext.KafkaClusterExtension;
import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Command;
import io.topiary.schemas.Control;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("broker")
@ExtendWith(KafkaClusterExtension.class)
class ControlsIT {

  private static final Duration SOON = Duration.ofSeconds(60);

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
  void shouldKnowWhatWasCommandedBeforeItStartedAndWhatIsCommandedLater() throws Exception {
    // Given
    cancel("earlier");
    cancel("lifted");
    lift("lifted");

    // When
    var controls = follow();

    // Then
    assertThat(controls.cancelled("earlier")).isTrue();
    assertThat(controls.cancelled("lifted")).isFalse();
    assertThat(telemetry.health().unready()).isEmpty();
    cancel("later");
    lift("earlier");
    await().atMost(SOON).until(() -> controls.cancelled("later"));
    await().atMost(SOON).until(() -> !controls.cancelled("earlier"));
  }

  @Test
  void shouldPutAsideWhatIsNoControlAndGoOn() throws Exception {
    // Given
    send("bad", "no Avro".getBytes(UTF_8));
    cancel("before");

    // When
    var controls = follow();
    send("worse", Topics.CONTROLS.serde().encode(control("another")));
    cancel("after");

    // Then
    await().atMost(SOON).until(() -> controls.cancelled("after"));
    assertThat(controls.cancelled("before")).isTrue();
    assertThat(controls.cancelled("bad")).isFalse();
    assertThat(controls.cancelled("another")).isFalse();
    assertThat(telemetry.registry().get("topiary.controls.refused").counter().count()).isEqualTo(2);
    assertThat(telemetry.health().failure()).isNotDone();
  }

  @Test
  void shouldSayThatTheBrokerIsAwayKeepWhatItKnowsAndGoOnWhenItIsBack() throws Exception {
    // Given
    cancel("before");
    var controls = follow();

    // When
    cluster.stopNodes(node -> true, TerminationStyle.GRACEFUL);
    await().atMost(SOON).until(() -> telemetry.health().unready().containsKey("test-controls"));

    // Then
    assertThat(controls.cancelled("before")).isTrue();
    cluster.startNodes(node -> true);
    await().atMost(SOON).until(() -> telemetry.health().unready().isEmpty());
    cancel("after");
    await().atMost(SOON).until(() -> controls.cancelled("after"));
    assertThat(controls.cancelled("before")).isTrue();
  }

  @Test
  void shouldReadPartitionsThatAreAddedLater() throws Exception {
    // Given
    var controls = follow();
    try (var admin = kafka.client("test-admin", Map.of(), Admin::create)) {

      // When
      admin
          .createPartitions(Map.of(Topics.CONTROLS.name(), NewPartitions.increaseTo(3)))
          .all()
          .get();
    }
    for (var partition = 0; partition < 3; partition++) {
      var id = "in " + partition;
      sender.send(
          new ProducerRecord<>(
              Topics.CONTROLS.name(),
              partition,
              id.getBytes(UTF_8),
              Topics.CONTROLS.serde().encode(control(id))));
    }

    // Then
    await().atMost(SOON).until(() -> controls.cancelled("in 0"));
    var restarted = follow();
    assertThat(restarted.cancelled("in 1")).isTrue();
    assertThat(restarted.cancelled("in 2")).isTrue();
  }

  @Test
  void shouldSayThatTheSettingsAreNoneOfKafkas() {
    // Given
    var wrong = kafka.with("fetch.max.wait.ms", "soon");

    // When, Then
    assertThatExceptionOfType(StartException.class)
        .isThrownBy(() -> Controls.follow("test", wrong, telemetry))
        .withMessageContaining("does not accept the settings");
  }

  private Controls follow() throws InterruptedException {
    return resources.own(Controls.follow("test", kafka, telemetry));
  }

  private void cancel(String id) throws InterruptedException {
    send(id, Topics.CONTROLS.serde().encode(control(id)));
  }

  private void lift(String id) throws InterruptedException {
    send(id, null);
  }

  private void send(String key, byte @Nullable [] value) throws InterruptedException {
    sender.send(new ProducerRecord<>(Topics.CONTROLS.name(), key.getBytes(UTF_8), value));
  }

  private static Control control(String id) {
    return new Control(id, Command.CANCEL, Instant.EPOCH);
  }
}
