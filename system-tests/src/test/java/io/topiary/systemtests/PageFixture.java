package io.topiary.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.topiary.cli.broker.EmbeddedKafka;
import io.topiary.evaluator.frontier.FrontierConfig;
import io.topiary.evaluator.frontier.FrontierService;
import io.topiary.evaluator.page.PageService;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The page over a broker of its own, and whoever sends what it shows. */
final class PageFixture implements AutoCloseable {

  private static final double SPARSITY = 0.9;

  /** A checkpoint that was pruned, and is of a dense one. */
  static final String RETRAINED =
      PageRecords.sparse(Method.ONE_SHOT, SPARSITY, 1, Stage.RETRAINED).getCheckpointId();

  private static final Clock CLOCK = Clock.systemUTC();

  private final Resources resources;
  private final Telemetry telemetry;
  private final RecordSender sender;

  private PageFixture(Resources resources, Telemetry telemetry, RecordSender sender) {
    this.resources = resources;
    this.telemetry = telemetry;
    this.sender = sender;
  }

  static PageFixture start(Path folder) throws Exception {
    var resources = new Resources();
    try {
      var broker = resources.own(EmbeddedKafka.start(folder.resolve("kafka")));
      var kafka = new KafkaSettings(Map.of("bootstrap.servers", broker.bootstrapServers()));
      var telemetry = resources.own(Telemetry.start("127.0.0.1", 0));
      var config = new FrontierConfig(folder.resolve("state"), Optional.empty());
      resources.own(FrontierService.start(config, kafka, telemetry));
      resources.own(PageService.start(kafka, telemetry, CLOCK));
      var sender = resources.own(new RecordSender("test-sender", kafka, telemetry.registry()));
      var fixture = new PageFixture(resources, telemetry, sender);
      fixture.sendNetworks();
      fixture.awaitFrontier();
      return fixture;
    } catch (Exception e) {
      resources.close();
      throw e;
    }
  }

  URI address() {
    return telemetry.address();
  }

  /** A worker says how many of 100 iterations it has done. */
  void progress(String id, String model, long done) throws InterruptedException {
    sender.send(
        Topics.PROGRESS,
        id,
        JobProgress.newBuilder()
            .setId(id)
            .setWork(Work.TRAINING)
            .setStage(Stage.RETRAINED)
            .setLineage(lineage(model))
            .setTargetSparsity(0.9)
            .setWorker("worker-1")
            .setSlots(1)
            .setDone(done)
            .setTotal(100)
            .setEpoch(1)
            .setEpochs(2)
            .setLearningRate(0.1)
            .setEpochLoss(0.5)
            .setImagesPerSecond(1234.6)
            .setAt(CLOCK.instant())
            .build());
  }

  void failed(String id, String reason) throws InterruptedException {
    sender.send(
        Topics.OUTCOMES,
        "resnet8",
        Outcome.newBuilder()
            .setId(id)
            .setWork(Work.TRAINING)
            .setResult(Result.FAILED)
            .setLineage(lineage("resnet8"))
            .setReason(reason)
            .setWorker("worker-1")
            .setDurationMillis(1)
            .setAt(CLOCK.instant())
            .build());
  }

  /** A job at that offset could not be handled. */
  void deadLetter(long offset, String reason) throws InterruptedException {
    var original =
        new ConsumerRecord<>(
            Topics.JOBS.name(), 0, offset, "somebody".getBytes(UTF_8), "no job".getBytes(UTF_8));
    sender.send(
        DeadLetters.letter(original, new IllegalArgumentException(reason), "topiary-trainers"));
  }

  @Override
  public void close() {
    resources.close();
  }

  private static Lineage lineage(String model) {
    return Lineage.newBuilder()
        .setModel(model)
        .setGeneration("1")
        .setPlan("plan")
        .setPhase(1)
        .setPhases(1)
        .setMethod(Method.ONE_SHOT)
        .build();
  }

  /** Until its stores are there, the frontier answers that it is not ready. */
  private void awaitFrontier() {
    var request = HttpRequest.newBuilder(address().resolve("/frontier")).build();
    var http = HttpClient.newHttpClient();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> http.send(request, BodyHandlers.discarding()).statusCode() == 200);
  }

  private void sendNetworks() throws InterruptedException {
    for (var seed = 1; seed <= PageRecords.SEEDS; seed++) {
      send(PageRecords.dense(seed));
      for (var method : PageRecords.METHODS) {
        for (double sparsity : PageRecords.SPARSITIES) {
          send(PageRecords.sparse(method, sparsity, seed, Stage.RETRAINED));
        }
      }
    }
    send(PageRecords.sparse(Method.ONE_SHOT, SPARSITY, 1, Stage.PRUNED));
  }

  private void send(Checkpoint checkpoint) throws InterruptedException {
    sender.send(Topics.CHECKPOINTS, PageRecords.MODEL, checkpoint);
    sender.send(Topics.EVALUATIONS, PageRecords.MODEL, PageRecords.evaluation(checkpoint));
  }
}
