package io.topiary.runtime.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("broker")
class JobLocksIT extends QueueBroker {

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

  private QueueConsumer consumer(String clientId) {
    return new QueueConsumer(
        queue.topic.name(), queue.group, clientId, queue.kafka, queue.telemetry.registry());
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
}
