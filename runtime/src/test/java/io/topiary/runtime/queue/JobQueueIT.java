package io.topiary.runtime.queue;

import static io.topiary.runtime.queue.QueueFixture.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kroxylicious.testing.kafka.api.KafkaCluster;
import io.kroxylicious.testing.kafka.common.BrokerConfig;
import io.kroxylicious.testing.kafka.junit5ext.KafkaClusterExtension;
import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("broker")
@ExtendWith(KafkaClusterExtension.class)
class JobQueueIT {

  private static final Duration LOCK = Duration.ofMillis(1500);
  private static final Duration SOON = Duration.ofSeconds(30);

  @BrokerConfig(name = "group.share.record.lock.duration.ms", value = "1500")
  @BrokerConfig(name = "group.share.heartbeat.interval.ms", value = "200")
  @BrokerConfig(name = "group.share.min.heartbeat.interval.ms", value = "200")
  @BrokerConfig(name = "group.share.assignment.interval.ms", value = "0")
  @BrokerConfig(name = "group.share.min.record.lock.duration.ms", value = "1000")
  static KafkaCluster cluster;

  private QueueFixture queue;

  @BeforeEach
  void open() throws Exception {
    queue = new QueueFixture(cluster.getBootstrapServers());
  }

  @AfterEach
  void close() {
    queue.close();
  }

  @Test
  void shouldRunAJobOnceEvenWhenItWasSentBeforeTheFirstWorkerCame() throws Exception {
    // Given
    queue.send("first");
    var handler = RecordingHandler.thatSucceeds();

    // When
    var worker = queue.start(handler);
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    worker.close();
    queue.start(handler);
    queue.send("second");

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 2);
    assertThat(handler.jobs()).containsExactly("first", "second");
    assertThat(handler.contexts()).extracting(JobContext::key).containsExactly("first", "second");
    assertThat(handler.contexts()).extracting(JobContext::attempt).containsOnly(1);
  }

  @Test
  void shouldNotRunAJobOfAnAbortedTransaction() throws Exception {
    // Given
    var handler = RecordingHandler.thatSucceeds();
    queue.start(handler);

    // When
    try (var producer =
        queue.kafka.client(
            "test-transactions",
            Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, queue.group),
            properties ->
                new KafkaProducer<>(
                    properties, new ByteArraySerializer(), new ByteArraySerializer()))) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(queue.record("aborted")).get();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(queue.record("committed")).get();
      producer.commitTransaction();
    }

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    assertThat(handler.jobs()).containsExactly("committed");
  }

  @Test
  void shouldKeepAJobLockedForLongerThanALockLasts() throws Exception {
    // Given
    var finish = new CountDownLatch(1);
    var handler =
        new RecordingHandler(
            (job, context) -> {
              finish.await();
              return JobResult.done();
            });
    queue.start(handler, 2);

    // When
    queue.send("long");
    await().atMost(SOON).until(() -> handler.jobs().size() == 1);

    // Then
    await()
        .during(LOCK.multipliedBy(3))
        .atMost(LOCK.multipliedBy(5))
        .until(() -> handler.jobs().size() == 1);
    finish.countDown();
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    assertThat(queue.counter("topiary.queue.locks.lost")).isZero();
    assertThat(queue.counter("topiary.queue.accepts.refused")).isZero();
  }

  @Test
  void shouldRunAsManyJobsSideBySideAsThereAreSlots() throws Exception {
    // Given
    var meeting = new CyclicBarrier(2);
    var handler =
        new RecordingHandler(
            (job, context) -> {
              try {
                meeting.await(SOON.toSeconds(), TimeUnit.SECONDS);
                return JobResult.done();
              } catch (Exception e) {
                throw new IllegalStateException("the other job did not come", e);
              }
            });

    // When
    queue.start(handler, 2);
    queue.send("one");
    queue.send("other");

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 2);
    assertThat(handler.jobs()).containsExactlyInAnyOrder("one", "other");
  }

  @Test
  void shouldHandAJobBackWithARaisedAttemptWhenClosed() throws Exception {
    // Given
    var stopped = RecordingHandler.thatWorksUntilStopped(false);
    var worker = queue.start(stopped);
    queue.send("job");
    await().atMost(SOON).until(() -> stopped.jobs().size() == 1);

    // When
    worker.close();
    var handler = RecordingHandler.thatSucceeds();
    queue.start(handler);

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    assertThat(handler.jobs()).containsExactly("job");
    assertThat(handler.contexts().get(0).attempt()).isEqualTo(2);
    assertThat(handler.contexts().get(0).deliveryCount()).isEqualTo(1);
    assertThat(queue.read(queue.topic.name()))
        .extracting(record -> header(record, JobQueue.ATTEMPTS_HEADER))
        .containsExactly(Optional.empty(), Optional.of("1"));
  }

  @Test
  void shouldForgetEarlierAttemptsOfAJobThatProgressed() throws Exception {
    // Given
    var stopped = RecordingHandler.thatWorksUntilStopped(true);
    var worker = queue.start(stopped);
    queue.sender.send(withAttempts(queue.record("job"), 7));
    await().atMost(SOON).until(() -> stopped.jobs().size() == 1);

    // When
    worker.close();
    var handler = RecordingHandler.thatSucceeds();
    queue.start(handler);

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    assertThat(stopped.contexts().get(0).attempt()).isEqualTo(8);
    assertThat(handler.contexts().get(0).attempt()).isEqualTo(1);
  }

  @Test
  void shouldSendAJobAgainWhileADeliveryIsLeftForTheNextWorker() throws Exception {
    // Given
    queue.start(RecordingHandler.thatSucceeds()).close();
    queue.send("job");
    releaseUntilTwoDeliveriesAreLeft();

    // When
    var handler = RecordingHandler.thatSucceeds();
    queue.start(handler);

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    assertThat(queue.ended("handed_back")).isEqualTo(1);
    assertThat(handler.jobs()).containsExactly("job");
    assertThat(handler.contexts().get(0).deliveryCount()).isEqualTo(1);
    assertThat(handler.contexts().get(0).attempt()).isEqualTo(4);
  }

  @Test
  void shouldSendPoisonToTheDeadLettersAndGoOn() throws Exception {
    // Given
    var handler =
        new RecordingHandler(
            (job, context) ->
                job.getId().equals("bad")
                    ? JobResult.poison("The weights hold NaN.")
                    : JobResult.done());
    queue.start(handler);

    // When
    queue.send("bad");
    queue.send("good");

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    assertThat(queue.ended("poison")).isEqualTo(1);
    assertThat(handler.jobs()).containsExactly("bad", "good");
    assertThat(handler.refusals()).containsExactly("bad: The weights hold NaN.");
    var letters = queue.deadLetters();
    assertThat(letters).hasSize(1);
    assertThat(letters.get(0).key()).asString(UTF_8).isEqualTo("bad");
    assertThat(letters.get(0).value())
        .isEqualTo(QueueFixture.SERDE.encode(QueueFixture.job("bad")));
    assertThat(header(letters.get(0), "__streams.errors.message"))
        .contains("The weights hold NaN.");
    assertThat(header(letters.get(0), "__streams.errors.partition")).contains("0");
    assertThat(header(letters.get(0), "__streams.errors.offset")).contains("0");
    assertThat(header(letters.get(0), "__streams.errors.exception"))
        .contains(JobRefusedException.class.getName());
    assertThat(header(letters.get(0), "__streams.errors.stacktrace")).isPresent();
  }

  @Test
  void shouldTakeInvalidInputForPoison() throws Exception {
    // Given
    var handler =
        new RecordingHandler(
            (job, context) -> {
              BuiltInNetworks.network("lenet6", 0, Shape.of(1, 28, 28), 10);
              return JobResult.done();
            });
    queue.start(handler);

    // When
    queue.send("bad");

    // Then
    await().atMost(SOON).until(() -> queue.ended("poison") == 1);
    assertThat(handler.refusals())
        .singleElement()
        .satisfies(refusal -> assertThat(refusal).startsWith("bad: ").contains("lenet6"));
    assertThat(queue.deadLetters()).hasSize(1);
  }

  @Test
  void shouldSendWhatIsNoJobToTheDeadLettersAndGoOn() throws Exception {
    // Given
    var handler = RecordingHandler.thatSucceeds();
    queue.start(handler);

    // When
    queue.sender.send(new ProducerRecord<>(queue.topic.name(), "no Avro".getBytes(UTF_8)));
    queue.sender.send(new ProducerRecord<>(queue.topic.name(), new byte[0], null));
    queue.sender.send(new ProducerRecord<>(queue.topic.name(), noiseAsLargeAsTheBrokerTakes()));
    queue.send("good");

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    assertThat(queue.ended("undecodable")).isEqualTo(3);
    assertThat(handler.jobs()).containsExactly("good");
    assertThat(queue.deadLetters())
        .extracting(letter -> header(letter, "__streams.errors.message").orElse(""))
        .allMatch(message -> message.contains("should be a Control"))
        .hasSize(3);
    assertThat(
            queue
                .telemetry
                .registry()
                .get("topiary.dead.letters")
                .tag("topic", queue.topic.name())
                .counter()
                .count())
        .isEqualTo(3);
  }

  @Test
  void shouldGiveUpAJobAfterTooManyAttemptsWithoutProgress() throws Exception {
    // Given
    var handler = RecordingHandler.thatSucceeds();
    queue.start(handler);

    // When
    queue.sender.send(withAttempts(queue.record("hopeless"), 10));

    // Then
    await().atMost(SOON).until(() -> queue.ended("poison") == 1);
    assertThat(handler.jobs()).isEmpty();
    assertThat(handler.refusals())
        .containsExactly("hopeless: The job was given up after 10 attempts without progress.");
    assertThat(queue.deadLetters()).hasSize(1);
  }

  @Test
  void shouldNotGiveUpAJobThatGetsFurtherThoughEveryWorkerOfItDies() throws Exception {
    // Given a job that has been given up but for the progress that its dead workers made
    var handler = RecordingHandler.thatSucceeds().withProgress(() -> 150);
    queue.start(RecordingHandler.thatSucceeds()).close();
    queue.sender.send(withProgress(withAttempts(queue.record("slow"), 10), 100));
    releaseUntilTwoDeliveriesAreLeft();

    // When
    queue.start(handler);

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    assertThat(handler.contexts()).extracting(JobContext::attempt).containsExactly(1);
    assertThat(queue.read(queue.topic.name()))
        .extracting(record -> header(record, JobQueue.ATTEMPTS_HEADER))
        .containsExactly(Optional.of("10"), Optional.of("0"));
    assertThat(queue.read(queue.topic.name()))
        .extracting(record -> header(record, JobQueue.PROGRESS_HEADER))
        .containsExactly(Optional.of("100"), Optional.of("150"));
  }

  @Test
  void shouldGiveUpAJobThatNeverGetsFurtherWhenItsWorkersDie() throws Exception {
    // Given
    var handler = RecordingHandler.thatSucceeds().withProgress(() -> 100);
    queue.start(RecordingHandler.thatSucceeds()).close();
    queue.sender.send(withProgress(withAttempts(queue.record("stuck"), 7), 100));
    releaseUntilTwoDeliveriesAreLeft();

    // When
    queue.start(handler);

    // Then
    await().atMost(SOON).until(() -> queue.ended("poison") == 1);
    assertThat(handler.jobs()).isEmpty();
    assertThat(handler.refusals())
        .containsExactly("stuck: The job was given up after 10 attempts without progress.");
  }

  @Test
  void shouldWaitForTheStoreThatTellsHowFarAJobIs() throws Exception {
    // Given
    var isBack = new AtomicBoolean();
    var handler =
        RecordingHandler.thatSucceeds()
            .withProgress(
                () -> {
                  if (isBack.get()) {
                    return 0;
                  }
                  throw new ArtifactException("The store is away.", new IOException());
                });
    queue.start(handler);

    // When
    queue.send("job");
    await()
        .atMost(SOON)
        .until(() -> queue.telemetry.health().unready().containsValue("The store is away."));
    isBack.set(true);

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    assertThat(handler.contexts()).extracting(JobContext::attempt).containsExactly(1);
    assertThat(queue.telemetry.health().unready()).isEmpty();
  }

  @Test
  void shouldTakeACancelledJobOffTheQueue() throws Exception {
    // Given
    var handler = new RecordingHandler((job, context) -> JobResult.cancelled());
    queue.start(handler);

    // When
    queue.send("job");

    // Then
    await().atMost(SOON).until(() -> queue.ended("cancelled") == 1);
    assertThat(handler.jobs()).containsExactly("job");
    assertThat(queue.deadLetters()).isEmpty();
    assertThat(queue.read(queue.topic.name())).hasSize(1);
  }

  @Test
  void shouldNotGiveUpAJobWhoseResultIsCommitted() throws Exception {
    // Given
    var handler = RecordingHandler.thatSucceeds().withCommitted("done");
    queue.start(handler);

    // When
    queue.sender.send(withAttempts(queue.record("done"), 10));

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    assertThat(handler.jobs()).isEmpty();
    assertThat(handler.refusals()).isEmpty();
    assertThat(queue.deadLetters()).isEmpty();
  }

  @Test
  void shouldSayWhatIsAwayAndRepeatTheJobUntilItIsBack() throws Exception {
    // Given
    var isBack = new AtomicBoolean();
    var unready = new CopyOnWriteArrayList<Map<String, String>>();
    var handler =
        new RecordingHandler(
            (job, context) -> {
              unready.add(queue.telemetry.health().unready());
              return isBack.get() ? JobResult.done() : JobResult.fault("The store is away.");
            });
    queue.start(handler);

    // When
    queue.send("job");
    await()
        .atMost(SOON)
        .until(() -> queue.telemetry.health().unready().containsValue("The store is away."));
    isBack.set(true);

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 1);
    assertThat(handler.contexts()).hasSizeGreaterThan(1);
    assertThat(handler.contexts()).extracting(JobContext::attempt).containsOnly(1);
    assertThat(queue.counter("topiary.queue.faults")).isPositive();
    assertThat(unready.subList(1, unready.size()))
        .allSatisfy(reasons -> assertThat(reasons).containsValue("The store is away."));
    assertThat(queue.telemetry.health().unready()).isEmpty();
    assertThat(queue.deadLetters()).isEmpty();
  }

  @Test
  void shouldBeReadyAsSoonAsARepeatedJobIsUnderWay() throws Exception {
    // Given
    var patient = RecordingHandler.thatWorksUntilStopped(true);
    var begun = new AtomicBoolean();
    var handler =
        new RecordingHandler(
            (job, context) -> {
              if (!begun.getAndSet(true)) {
                return JobResult.fault("The store is away.");
              }
              context.underWay();
              return patient.handle(job, context);
            });
    queue.start(handler);

    // When
    queue.send("job");
    await().atMost(SOON).until(() -> handler.jobs().size() == 2);

    // Then
    await().atMost(SOON).until(() -> queue.telemetry.health().unready().isEmpty());
  }

  @Test
  void shouldFinishAJobWhoseLockWasLostAndCountIt() throws Exception {
    // Given
    var finish = new CountDownLatch(1);
    var handler =
        new RecordingHandler(
            (job, context) -> {
              if (context.deliveryCount() == 1) {
                finish.await();
              }
              return JobResult.done();
            });
    queue.start(RecordingHandler.thatSucceeds()).close();
    configureGroup("share.renew.acknowledge.enable", "false");
    queue.start(handler);

    // When
    queue.send("job");
    await().atMost(SOON).until(() -> queue.counter("topiary.queue.locks.lost") == 1);
    finish.countDown();

    // Then
    await().atMost(SOON).until(() -> queue.ended("done") == 2);
    assertThat(handler.contexts()).extracting(JobContext::deliveryCount).containsExactly(1, 2);
  }

  @Test
  void shouldCountARefusedAcceptance() throws Exception {
    // Given
    var handler =
        new RecordingHandler(
            (job, context) -> {
              try {
                queue.admin.deleteTopics(List.of(queue.topic.name())).all().get();
              } catch (ExecutionException e) {
                throw new IllegalStateException(e);
              }
              return JobResult.done();
            });
    queue.start(handler);

    // When
    queue.send("job");

    // Then
    await().atMost(SOON).until(() -> queue.counter("topiary.queue.accepts.refused") == 1);
    assertThat(queue.ended("done")).isEqualTo(1);
  }

  @Test
  void shouldRefuseAnAcceptanceThatComesAfterTheLockHasLapsed() throws Exception {
    // Given
    queue.start(RecordingHandler.thatSucceeds()).close();
    queue.send("job");
    try (var slow = consumer("slow");
        var other = consumer("other")) {
      var taken = await().atMost(SOON).until(slow::poll, Optional::isPresent).orElseThrow();

      // When
      var again = await().atMost(SOON).until(other::poll, Optional::isPresent).orElseThrow();

      // Then
      assertThat(again.offset()).isEqualTo(taken.offset());
      assertThat(slow.accept(taken)).isFalse();
      assertThat(other.renew(again)).isTrue();
      assertThat(other.accept(again)).isTrue();
    }
  }

  @Test
  void shouldNoLongerCallTheProcessAliveAfterABug() throws Exception {
    // Given
    var handler =
        new RecordingHandler(
            (job, context) -> {
              throw new IllegalStateException("a bug");
            });
    queue.start(handler);

    // When
    queue.send("job");

    // Then
    var failure = queue.telemetry.health().failure();
    await().atMost(SOON).until(failure::isCompletedExceptionally);
    assertThat(failure)
        .failsWithin(SOON)
        .withThrowableThat()
        .havingRootCause()
        .withMessage("a bug");
    assertThat(queue.telemetry.health().unready().toString()).contains("a bug");
  }

  @Test
  void shouldDeleteSettledJobsFromItsOwnTopicAndKeepOpenOnes() throws Exception {
    // Given
    var patient = RecordingHandler.thatWorksUntilStopped(true);
    var handler =
        new RecordingHandler(
            (job, context) ->
                job.getId().startsWith("open") ? patient.handle(job, context) : JobResult.done());
    for (var id : List.of("done", "also done", "open", "open, too")) {
      queue.send(id);
    }

    // When
    queue.start(handler, JobQueueSettings.onOwnTopic(queue.group, 1));

    // Then
    var kept =
        await()
            .atMost(SOON)
            .until(() -> queue.read(queue.topic.name()), records -> records.get(0).offset() > 0)
            .stream()
            .map(record -> new String(record.key(), UTF_8))
            .toList();
    assertThat(kept).doesNotContain("done").endsWith("open", "open, too");
  }

  @Test
  void shouldKeepSettledRecordsOfALog() throws Exception {
    // Given
    queue.start(RecordingHandler.thatSucceeds());
    queue.send("done");
    await().atMost(SOON).until(() -> queue.ended("done") == 1);

    // When, Then
    await()
        .during(JobQueue.LOOK_AFTER.plusSeconds(1))
        .atMost(SOON)
        .until(() -> queue.read(queue.topic.name()).size() == 1);
  }

  @Test
  void shouldShowTheBacklog() throws Exception {
    // Given
    var busy = RecordingHandler.thatWorksUntilStopped(true);
    queue.start(busy);

    // When
    for (var id : List.of("one", "two", "three")) {
      queue.send(id);
    }

    // Then
    await()
        .atMost(SOON)
        .until(
            () ->
                queue
                        .telemetry
                        .registry()
                        .get("topiary.queue.backlog")
                        .tag("group", queue.group)
                        .gauge()
                        .value()
                    >= 2);
  }

  private QueueConsumer consumer(String clientId) {
    return new QueueConsumer(
        queue.topic.name(), queue.group, clientId, queue.kafka, queue.telemetry.registry());
  }

  /** Plays a worker that gives the record back, three of the five times the broker delivers it. */
  private void releaseUntilTwoDeliveriesAreLeft() {
    for (var delivery = 1; delivery <= 3; delivery++) {
      try (var consumer =
          queue
              .kafka
              .with(ConsumerConfig.GROUP_ID_CONFIG, queue.group)
              .client(
                  "test-releaser",
                  Map.of(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit"),
                  properties ->
                      new KafkaShareConsumer<>(
                          properties, new ByteArrayDeserializer(), new ByteArrayDeserializer()))) {
        consumer.subscribe(List.of(queue.topic.name()));
        var records =
            await()
                .atMost(SOON)
                .until(() -> consumer.poll(Duration.ofMillis(100)), polled -> !polled.isEmpty());
        var record = records.iterator().next();
        assertThat(record.deliveryCount()).contains((short) delivery);
        consumer.acknowledge(record, AcknowledgeType.RELEASE);
        consumer.commitSync();
      }
    }
  }

  private void configureGroup(String name, String value) throws Exception {
    queue
        .admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.GROUP, queue.group),
                List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
        .all()
        .get();
  }

  private static ProducerRecord<byte[], byte[]> withAttempts(
      ProducerRecord<byte[], byte[]> record, int attempts) {
    record.headers().add(JobQueue.ATTEMPTS_HEADER, String.valueOf(attempts).getBytes(UTF_8));
    return record;
  }

  private static ProducerRecord<byte[], byte[]> withProgress(
      ProducerRecord<byte[], byte[]> record, long progress) {
    record.headers().add(JobQueue.PROGRESS_HEADER, String.valueOf(progress).getBytes(UTF_8));
    return record;
  }

  private static byte[] noiseAsLargeAsTheBrokerTakes() {
    var noise = new byte[(1 << 20) - 200];
    new Random(7).nextBytes(noise);
    return noise;
  }
}
