package io.topiary.runtime.queue;

import static io.topiary.runtime.queue.QueueFixture.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.topiary.runtime.artifact.ArtifactException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("broker")
class JobAttemptsIT extends QueueBroker {

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
}
