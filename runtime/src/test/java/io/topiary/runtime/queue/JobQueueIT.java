package io.topiary.runtime.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("broker")
class JobQueueIT extends QueueBroker {

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
}
