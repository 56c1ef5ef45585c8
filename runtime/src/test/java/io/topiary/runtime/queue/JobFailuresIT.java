package io.topiary.runtime.queue;

import static io.topiary.runtime.queue.QueueFixture.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Shape;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("broker")
class JobFailuresIT extends QueueBroker {

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

  private static byte[] noiseAsLargeAsTheBrokerTakes() {
    var noise = new byte[(1 << 20) - 200];
    new Random(7).nextBytes(noise);
    return noise;
  }
}
