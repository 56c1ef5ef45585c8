package io.topiary.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Ids;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Result;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.SelectorKind;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topics;
import io.topiary.schemas.TrainingJob;
import io.topiary.schemas.Work;
import io.topiary.sparsity.schedule.Iterations;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The three jars, started as anybody would start them, against a broker in a fourth process. */
@Tag("process")
class ThreeServicesIT {

  private static final Duration STARTED = Duration.ofSeconds(90);
  private static final Duration DONE = Duration.ofMinutes(3);
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

  /** Stage and phase of all networks of one dense run and two plans. */
  private static final List<String> EVALUATED =
      List.of(
          "DENSE 0",
          "PRUNED 1",
          "PRUNED 1",
          "RETRAINED 1",
          "RETRAINED 1",
          "PRUNED 2",
          "PRUNED 2",
          "RETRAINED 2",
          "RETRAINED 2");

  @TempDir private Path folder;

  private final List<ChildProcess> processes = new ArrayList<>();
  private String broker;

  @BeforeEach
  void startBroker() throws Exception {
    var address = folder.resolve("address");
    processes.add(
        ChildProcess.java(
            "broker",
            folder,
            Map.of(),
            List.of(
                "-cp",
                System.getProperty("java.class.path"),
                BrokerProcess.class.getName(),
                folder.resolve("kafka").toString(),
                address.toString())));
    await().atMost(STARTED).until(() -> Files.exists(address));
    broker = Files.readString(address);
  }

  @AfterEach
  void stopEverything() {
    // The broker last: nobody needs to wait for one that is gone.
    for (var i = processes.size() - 1; i >= 0; i--) {
      processes.get(i).close();
    }
  }

  @Test
  void shouldTakeACheckpointAllTheWayRound() throws Exception {
    // Given the three services, ready
    var services = List.of(service("pruner"), service("trainer"), service("evaluator"));
    for (var service : services) {
      await()
          .atMost(STARTED)
          .untilAsserted(() -> assertThat(service.status("/readyz")).isEqualTo(200));
      assertThat(service.status("/livez")).isEqualTo(200);
    }

    // When somebody sends a policy and a job for dense training, and a record that is no Avro
    try (var client = new PipelineClient(broker).follow()) {
      var job = denseJob(DataSets.open("fashion-mnist-sample", List.of()));
      client.send(Topics.JOBS.name(), "nobody", "this is no Avro".getBytes(UTF_8));
      client.send(Topics.POLICIES, "half", twoPhasesByTwoSeeds());
      client.send(Topics.JOBS, job.getJobId(), job);

      // Then both plans are done, and every network of theirs evaluated once
      await()
          .atMost(DONE)
          .untilAsserted(
              () -> {
                client.poll();
                processes.forEach(
                    process -> assertThat(process.alive()).as(process.output()).isTrue());
                assertThat(client.evaluations())
                    .extracting(ThreeServicesIT::stageAndPhase)
                    .containsExactlyInAnyOrderElementsOf(EVALUATED);
                assertThat(client.outcomes())
                    .filteredOn(outcome -> outcome.getWork() == Work.PLAN)
                    .extracting(Outcome::getResult)
                    .containsExactly(Result.DONE, Result.DONE);
              });
      assertAllIsDoneOnce(client);
      assertThat(client.deadLetters()).singleElement().asString().contains("TrainingJob");
    }
    assertThat(services.get(0).page("/metrics")).contains("topiary_pruner_plans_total");
    assertThat(services.get(1).page("/metrics")).contains("topiary_training_duration_seconds");
    assertThat(services.get(2).page("/metrics")).contains("topiary_theoretical_speedup");

    // And each stops in order when it is told to
    for (var service : services) {
      assertThat(service.terminate(Duration.ofSeconds(30))).as(service.output()).isEqualTo(143);
    }
  }

  @Test
  void shouldSayInOneSentenceWhatCannotBe() throws Exception {
    // Given services with a setting that is missing, wrong or unknown
    var unset = ChildProcess.java("unset", folder, Map.of(), List.of("-jar", jar("trainer")));
    var wrong = service("trainer", "--set", "topiary.trainer.slots=none");
    var unknown = service("evaluator", "--set", "topiary.evaluator.slot=1");
    processes.addAll(List.of(unset, wrong, unknown));

    // Then each ends with one sentence that names it
    assertThat(unset.exitStatus(STARTED)).isEqualTo(2);
    assertThat(unset.output().lines()).singleElement().asString().contains("topiary.");
    assertThat(wrong.exitStatus(STARTED)).isEqualTo(2);
    assertThat(wrong.output().lines())
        .singleElement()
        .asString()
        .contains("topiary.trainer.slots", "none");
    assertThat(unknown.exitStatus(STARTED)).isEqualTo(2);
    assertThat(unknown.output().lines())
        .singleElement()
        .asString()
        .contains("topiary.evaluator.slot");
  }

  private ChildProcess service(String name, String... flags) throws IOException {
    var arguments = new ArrayList<>(List.of("-jar", jar(name)));
    arguments.addAll(List.of(flags));
    var service =
        ChildProcess.java(
            name,
            folder,
            Map.of(
                "TOPIARY_KAFKA_BOOTSTRAP_SERVERS", broker,
                "TOPIARY_ARTIFACTS_DIR", folder.resolve("artifacts").toString(),
                "TOPIARY_PRUNER_STATE_DIR", folder.resolve("state").toString()),
            arguments);
    processes.add(service);
    return service;
  }

  private static String jar(String service) {
    return HOME.resolve(service + "-service/target/" + service + "-service.jar").toString();
  }

  private static void assertAllIsDoneOnce(PipelineClient client) {
    assertThat(client.outcomes()).extracting(Outcome::getResult).containsOnly(Result.DONE);
    assertThat(client.checkpoints())
        .hasSameSizeAs(EVALUATED)
        .allSatisfy(ThreeServicesIT::holdsWhatItNames)
        .extracting(Checkpoint::getCheckpointId)
        .containsExactlyInAnyOrderElementsOf(
            client.evaluations().stream().map(Evaluation::getCheckpointId).toList())
        .doesNotHaveDuplicates();
    assertThat(client.evaluations())
        .filteredOn(evaluation -> evaluation.getStage() == Stage.RETRAINED)
        .filteredOn(evaluation -> evaluation.getLineage().getPhase() == 2)
        .extracting(Evaluation::getSparsity)
        .containsOnly(Math.rint(0.5 * 406_528) / 406_528);
  }

  private static String stageAndPhase(Evaluation evaluation) {
    return evaluation.getStage() + " " + evaluation.getLineage().getPhase();
  }

  private static void holdsWhatItNames(Checkpoint checkpoint) throws Exception {
    for (var artifact : artifacts(checkpoint)) {
      var bytes = Files.readAllBytes(Path.of(URI.create(artifact.getUri())));
      var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      assertThat(bytes).hasSize(Math.toIntExact(artifact.getSize()));
      assertThat(HexFormat.of().formatHex(digest)).isEqualTo(artifact.getSha256());
    }
  }

  private static List<Artifact> artifacts(Checkpoint checkpoint) {
    var artifacts = new ArrayList<>(List.of(checkpoint.getArtifact()));
    checkpoint.getMask().ifPresent(artifacts::add);
    checkpoint.getMomentum().ifPresent(artifacts::add);
    return artifacts;
  }

  private static PruningPolicy twoPhasesByTwoSeeds() {
    return PruningPolicy.newBuilder()
        .setName("half")
        .setModels("ml?")
        .setMethod(Method.IMP)
        .setPhases(2)
        .setSeeds(List.of(1L, 2L))
        .setSelector(SelectorKind.GLOBAL_MAGNITUDE)
        .setSchedule(Schedule.ALLR)
        .setSparsities(List.of(0.5))
        .setRetrainEpochs(0.25)
        .build();
  }

  private static TrainingJob denseJob(ImageDataSet data) {
    var lineage = Lineage.newBuilder().setModel("mlp").setGeneration("1").build();
    var images = data.train().size();
    var recipe =
        Recipe.newBuilder()
            .setNetwork(
                new NetworkSpec(
                    new BuiltInNetwork("mlp", 0), data.image().dimensions(), data.classes()))
            .setData(
                new DataSpec(
                    data.name(),
                    data.sha256(),
                    images,
                    data.validation().size(),
                    ImageDataSet.HELD_OUT_SEED,
                    data.test().size(),
                    0))
            .setEpochs(1.0)
            .setBatchSize(64)
            .setLearningRate(
                LearningRatePlan.newBuilder()
                    .setSchedule(Schedule.LINEAR)
                    .setPeak(0.05)
                    .setWarmUp(0)
                    .setIterations(Iterations.of(1, images, 64))
                    .build())
            .setMomentum(0.9)
            .setWeightDecay(0.0)
            .setSeed(1L)
            .setThreads(1)
            .build();
    return TrainingJob.newBuilder()
        .setJobId(Ids.jobId(lineage, recipe, Optional.empty(), Optional.empty()))
        .setLineage(lineage)
        .setRecipe(recipe)
        .build();
  }
}
