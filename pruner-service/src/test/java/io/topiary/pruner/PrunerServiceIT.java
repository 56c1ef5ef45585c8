package io.topiary.pruner;

import static io.topiary.pruner.DenseNetworks.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.kroxylicious.testing.kafka.api.KafkaCluster;
import io.kroxylicious.testing.kafka.api.TerminationStyle;
import io.kroxylicious.testing.kafka.junit5ext.KafkaClusterExtension;
import io.topiary.runtime.StartException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.streams.CoPartitioning;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Command;
import io.topiary.schemas.Control;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Method;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import io.topiary.schemas.TrainingJob;
import io.topiary.schemas.Work;
import io.topiary.sparsity.mask.Mask;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
@ExtendWith(KafkaClusterExtension.class)
class PrunerServiceIT {

  private static final String MODEL = "linear";

  /** Bytes of a record that is about as large as a broker takes. */
  private static final int NOISE = (1 << 20) - 200;

  private KafkaCluster cluster;

  @TempDir private Path directory;

  private KafkaSettings kafka;
  private ArtifactStore artifacts;
  private DenseNetworks networks;
  private Telemetry telemetry;
  private RecordSender sender;
  private AutoCloseable pruner = () -> {};

  @BeforeEach
  void start() {
    var properties = new HashMap<String, String>();
    cluster
        .getKafkaClientConfiguration()
        .forEach((name, value) -> properties.put(name, value.toString()));
    kafka = new KafkaSettings(properties);
    artifacts = FileArtifactStore.open(directory.resolve("artifacts"));
    networks = new DenseNetworks(artifacts);
    telemetry = Telemetry.start("localhost", 0);
    sender = new RecordSender("test", kafka, telemetry.registry());
  }

  @AfterEach
  void stop() throws Exception {
    pruner.close();
    sender.close();
    telemetry.close();
  }

  @Test
  void shouldTakeEverythingIntoEffectOnceAcrossARestart() throws Exception {
    // Given three targets, one slot, and records that are repeated or mere noise
    var tonight = networks.linear(MODEL, "tonight");
    pruner = pruner("one machine");
    sender.send(Topics.CHECKPOINTS, MODEL, tonight);
    sendNoise();
    sender.send(Topics.POLICIES, "strong", policy("strong", "*", 0.25, 0.5, 0.75));
    sender.send(Topics.CHECKPOINTS, MODEL, tonight);
    await().untilAsserted(() -> assertThat(sent(Topics.JOBS)).hasSize(2));
    assertThat(telemetry.health().unready()).isEmpty();
    assertThat(metrics())
        .contains("topiary_pruner_backlog{state=\"waiting\"} 1.0")
        .contains("topiary_pruner_backlog{state=\"retraining\"} 2.0")
        .contains("kafka_stream_");

    // When one is retrained while no pruner runs, and another machine takes over
    pruner.close();
    complete(sent(Topics.JOBS).get(0));
    sendNoise();
    sender.send(Topics.CHECKPOINTS, MODEL, tonight);
    pruner = pruner("another machine");
    await().untilAsserted(() -> assertThat(sent(Topics.JOBS)).hasSize(3));
    for (var job : sent(Topics.JOBS)) {
      complete(job);
    }
    sender.send(Topics.CHECKPOINTS, MODEL, networks.linear(MODEL, "tomorrow"));
    await().untilAsserted(() -> assertThat(sent(Topics.JOBS)).hasSize(5));

    // Then
    assertAllOfTonightIsDoneOnce();
    assertThat(values(Topics.DEAD_LETTERS)).hasSize(2);
  }

  @Test
  void shouldGoOnInTheMiddleOfAPlanOnAnotherMachine() throws Exception {
    // Given a plan of three phases whose first is done
    var trainer = new FakeTrainer(artifacts);
    var policy =
        PruningPolicy.newBuilder(policy("thrice", "*", 0.9))
            .setMethod(Method.IMP)
            .setPhases(3)
            .build();
    pruner = pruner("one machine");
    sender.send(Topics.POLICIES, "thrice", policy);
    sender.send(Topics.CHECKPOINTS, MODEL, networks.twoLayers(MODEL, 7));
    await().untilAsserted(() -> assertThat(sent(Topics.JOBS)).hasSize(1));
    var first = trainer.retrain(sent(Topics.JOBS).get(0), Instant.now());
    sender.send(Topics.CHECKPOINTS, MODEL, first);
    await().untilAsserted(() -> assertThat(sent(Topics.JOBS)).hasSize(2));

    // When the second comes back while the artifact store is away, and the machine is lost
    var second = trainer.retrain(sent(Topics.JOBS).get(1), Instant.now());
    whileTheArtifactStoreIsAway(
        () -> {
          sender.send(Topics.CHECKPOINTS, MODEL, second);
          await()
              .untilAsserted(
                  () ->
                      assertThat(telemetry.health().unready())
                          .containsKey("topiary-pruner-artifacts"));
          pruner.close();
        });
    pruner = pruner("another machine");
    sender.send(Topics.CHECKPOINTS, MODEL, first);
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(sent(Topics.JOBS)).hasSize(3));
    sender.send(
        Topics.CHECKPOINTS, MODEL, trainer.retrain(sent(Topics.JOBS).get(2), Instant.now()));
    sender.send(Topics.CHECKPOINTS, MODEL, second);
    await().untilAsserted(() -> assertThat(sent(Topics.OUTCOMES)).hasSize(1));

    // Then
    assertThreePhasesAreDoneOnce(first, second);
    assertThat(values(Topics.DEAD_LETTERS)).isEmpty();
  }

  @Test
  void shouldEndAPlanThatIsCancelledBeforeItsJobIsSent() throws Exception {
    // Given three targets, room for two jobs, and a control that nobody can read
    pruner = pruner("one machine");
    sender.send(
        new ProducerRecord<>(
            Topics.CONTROLS.name(), MODEL.getBytes(StandardCharsets.UTF_8), new byte[] {1, 2, 3}));
    sender.send(Topics.POLICIES, "strong", policy("strong", "*", 0.25, 0.5, 0.75));
    sender.send(Topics.CHECKPOINTS, MODEL, networks.linear(MODEL, "tonight"));
    await().untilAsserted(() -> assertThat(sent(Topics.JOBS)).hasSize(2));
    var waiting =
        sent(Topics.CHECKPOINTS).stream()
            .filter(checkpoint -> checkpoint.getTargetSparsity() == 0.75)
            .findFirst()
            .flatMap(checkpoint -> checkpoint.getLineage().getPlan())
            .orElseThrow();

    // When
    var cancel = new Control(waiting, Command.CANCEL, Instant.now());
    sender.send(Topics.CONTROLS, waiting, cancel);
    await().untilAsserted(() -> assertThat(sent(Topics.OUTCOMES)).hasSize(1));
    for (var job : sent(Topics.JOBS)) {
      complete(job);
    }
    await().untilAsserted(() -> assertThat(sent(Topics.OUTCOMES)).hasSize(3));

    // Then
    assertThat(sent(Topics.OUTCOMES).get(0))
        .satisfies(outcome -> assertThat(outcome.getId()).isEqualTo(waiting))
        .satisfies(outcome -> assertThat(outcome.getResult()).isEqualTo(Result.CANCELLED));
    assertThat(sent(Topics.JOBS)).hasSize(2);
    assertThat(values(Topics.DEAD_LETTERS)).containsExactly(new byte[] {1, 2, 3});
    assertThat(telemetry.health().unready()).isEmpty();
  }

  @Test
  void shouldEndBecauseOfABug() throws Exception {
    // Given
    var dense = networks.linear(MODEL, "tonight");
    artifacts =
        (ArtifactStore)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ArtifactStore.class},
                (proxy, method, arguments) -> {
                  throw new IllegalStateException("This is a bug.");
                });
    pruner = pruner("one machine");

    // When
    sender.send(Topics.POLICIES, "strong", policy("strong", "*", 0.5));
    sender.send(Topics.CHECKPOINTS, MODEL, dense);

    // Then
    await()
        .untilAsserted(() -> assertThat(telemetry.health().failure()).isCompletedExceptionally());
    assertThat(telemetry.health().unready().get("topiary-pruner")).contains("This is a bug.");
    assertThat(values(Topics.DEAD_LETTERS)).isEmpty();
  }

  @Test
  void shouldWaitForTheBrokerForAsLongAsItIsAway() throws Exception {
    // Given a pruner with a job to send every few seconds, whose clients soon give up
    kafka =
        kafka
            .with("task.timeout.ms", "1")
            .with("max.block.ms", "1000")
            .with("request.timeout.ms", "1000")
            .with("delivery.timeout.ms", "2000")
            .with("default.api.timeout.ms", "5000");
    var config =
        new PrunerConfig(
            directory.resolve("one machine"), 1, Duration.ofSeconds(1), Duration.ofMinutes(2));
    pruner = PrunerService.start(config, artifacts, kafka, telemetry);
    sender.send(Topics.POLICIES, "strong", policy("strong", "*", 0.5));
    sender.send(Topics.CHECKPOINTS, MODEL, networks.linear(MODEL, "tonight"));
    await().untilAsserted(() -> assertThat(sent(Topics.JOBS)).isNotEmpty());
    assertThat(telemetry.health().unready()).isEmpty();

    // When
    cluster.stopNodes(node -> true, TerminationStyle.GRACEFUL);

    // Then
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(telemetry.health().unready().get("topiary-pruner broker"))
                    .startsWith("Kafka: "));
    await().during(Duration.ofSeconds(5)).until(() -> !telemetry.health().failure().isDone());

    // When
    cluster.startNodes(node -> true);

    // Then
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(telemetry.health().unready()).isEmpty());
    sender.send(Topics.CHECKPOINTS, MODEL, networks.linear(MODEL, "tomorrow"));
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(sent(Topics.JOBS))
                    .extracting(job -> job.getLineage().getGeneration())
                    .contains("tomorrow"));
    assertThat(telemetry.health().failure()).isNotDone();
  }

  @Test
  void shouldNotStartWhenTheBrokersAllowNoTransactionOfThatLength() {
    // Given
    var config =
        new PrunerConfig(
            directory.resolve("one machine"), 1, Duration.ofMinutes(10), Duration.ofHours(1));

    // When, then
    assertThatThrownBy(() -> PrunerService.start(config, artifacts, kafka, telemetry))
        .isInstanceOf(StartException.class)
        .hasMessage(
            "topiary.pruner.longest.pruning is PT1H, but it should be at most the brokers'"
                + " transaction.max.timeout.ms, which is PT15M.");
  }

  @Test
  void shouldWaitForABrokerThatHasNotHeardOfTheTopicsYet() throws Exception {
    // Given
    var started =
        CompletableFuture.runAsync(
            () -> {
              try {
                CoPartitioning.require(
                    "test-topics", kafka, List.of(Topics.CHECKPOINTS, Topics.OUTCOMES));
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(started)
        .failsWithin(Duration.ofSeconds(1))
        .withThrowableThat()
        .isInstanceOf(TimeoutException.class);

    // When
    PipelineTopics.createMissing(kafka);

    // Then
    assertThat(started).succeedsWithin(Duration.ofSeconds(10));
  }

  @Test
  void shouldNotStartOnTopicsThatCannotBeJoined() throws Exception {
    // Given
    try (var admin = Admin.create(Map.copyOf(kafka.properties()))) {
      var outcomes = new NewTopic(Topics.OUTCOMES.name(), Optional.of(2), Optional.empty());
      admin.createTopics(List.of(outcomes)).all().get(10, TimeUnit.SECONDS);
    }

    // When, then
    assertThatThrownBy(() -> pruner("one machine"))
        .isInstanceOf(StartException.class)
        .hasMessage(
            "The topics [topiary.checkpoints, topiary.outcomes] should all have the same number"
                + " of partitions, but have [6, 2].");
  }

  private void assertAllOfTonightIsDoneOnce() throws Exception {
    var pruned =
        sent(Topics.CHECKPOINTS).stream()
            .filter(checkpoint -> checkpoint.getStage() == Stage.PRUNED)
            .filter(checkpoint -> checkpoint.getLineage().getGeneration().equals("tonight"))
            .toList();
    assertThat(pruned)
        .extracting(Checkpoint::getTargetSparsity)
        .containsExactlyInAnyOrder(0.25, 0.5, 0.75);
    for (var checkpoint : pruned) {
      var mask = Mask.read(artifacts.fetch(checkpoint.getMask().orElseThrow()));
      assertThat(mask.sparsity()).isEqualTo(checkpoint.getTargetSparsity());
    }
    assertThat(sent(Topics.JOBS))
        .filteredOn(job -> job.getLineage().getGeneration().equals("tonight"))
        .extracting(TrainingJob::getJobId)
        .containsExactlyInAnyOrderElementsOf(pruned.stream().map(Checkpoint::getJobId).toList());
    assertThat(sent(Topics.OUTCOMES))
        .filteredOn(outcome -> outcome.getWork() == Work.PLAN)
        .hasSize(3)
        .extracting(Outcome::getResult)
        .containsOnly(Result.DONE);
  }

  private void assertThreePhasesAreDoneOnce(Checkpoint first, Checkpoint second) {
    assertThat(sent(Topics.JOBS))
        .extracting(job -> job.getLineage().getPhase())
        .containsExactlyInAnyOrder(1, 2, 3);
    assertThat(sent(Topics.CHECKPOINTS))
        .filteredOn(checkpoint -> checkpoint.getStage() == Stage.PRUNED)
        .extracting(checkpoint -> checkpoint.getLineage().getParent())
        .contains(Optional.of(first.getCheckpointId()), Optional.of(second.getCheckpointId()))
        .hasSize(3);
    assertThat(sent(Topics.OUTCOMES))
        .singleElement()
        .satisfies(outcome -> assertThat(outcome.getResult()).isEqualTo(Result.DONE))
        .satisfies(outcome -> assertThat(outcome.getLineage().getPhase()).isEqualTo(3));
  }

  /** What a test does meanwhile. */
  private interface Meanwhile {
    void happens() throws Exception;
  }

  private void whileTheArtifactStoreIsAway(Meanwhile meanwhile) throws Exception {
    var store = directory.resolve("artifacts");
    Files.move(store, directory.resolve("away"));
    meanwhile.happens();
    Files.move(directory.resolve("away"), store);
  }

  private PrunerService pruner(String machine) throws InterruptedException {
    var config =
        new PrunerConfig(
            directory.resolve(machine), 1, Duration.ofMinutes(10), Duration.ofMinutes(2));
    return PrunerService.start(config, artifacts, kafka, telemetry);
  }

  private String metrics() throws IOException {
    try (var page = telemetry.address().resolve("/metrics").toURL().openStream()) {
      return new String(page.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void sendNoise() throws InterruptedException {
    var noise = new byte[NOISE];
    new Random(7).nextBytes(noise);
    sender.send(
        new ProducerRecord<>(
            Topics.CHECKPOINTS.name(), MODEL.getBytes(StandardCharsets.UTF_8), noise));
  }

  private void complete(TrainingJob job) throws InterruptedException {
    sender.send(
        Topics.CHECKPOINTS,
        MODEL,
        Checkpoint.newBuilder()
            .setCheckpointId(Ids.checkpointId(job.getJobId(), Stage.RETRAINED))
            .setJobId(job.getJobId())
            .setStage(Stage.RETRAINED)
            .setLineage(job.getLineage())
            .setArtifact(job.getStart().orElseThrow())
            .setRecipe(job.getRecipe())
            .setDense(job.getDense().orElseThrow())
            .setAt(Instant.now())
            .build());
  }

  private <V extends SpecificRecord> List<V> sent(Topic<V> topic) {
    return values(topic.name()).stream()
        .filter(bytes -> bytes.length != NOISE)
        .map(topic.serde()::decode)
        .toList();
  }

  /** All that is committed on the topic. */
  private List<byte[]> values(String topic) {
    var properties = new HashMap<String, Object>(kafka.properties());
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    try (var consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var partitions =
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList();
      var ends = consumer.endOffsets(partitions);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var values = new ArrayList<byte[]>();
      while (partitions.stream().anyMatch(at -> consumer.position(at) < ends.get(at))) {
        consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
      }
      return values;
    }
  }
}
