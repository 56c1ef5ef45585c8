package io.topiary.pruner;

import io.micrometer.core.instrument.Counter;
import io.topiary.pruner.pruning.PhasePruner;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Command;
import io.topiary.schemas.Control;
import io.topiary.schemas.Ids;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Plan;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import io.topiary.schemas.TrainingJob;
import io.topiary.schemas.Work;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The pruner's topology without a broker, at a time that the test decides. */
final class PrunerDriver implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  private final Telemetry telemetry = Telemetry.start("localhost", 0);
  private final TopologyTestDriver driver;
  private Instant now = START;

  PrunerDriver(ArtifactStore artifacts, Path stateDirectory) {
    var config = new PrunerConfig(stateDirectory, 1, PATIENCE, Duration.ofMinutes(2));
    var backlog = new Backlog();
    var properties = new Properties();
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:9092");
    properties.putAll(PrunerService.properties(config));
    this.driver =
        new TopologyTestDriver(
            PrunerTopology.build(
                new PhasePruner(artifacts),
                backlog,
                new PrunerMeters(telemetry.registry(), backlog),
                new ArtifactFaults(telemetry.health().component("artifacts")),
                PATIENCE),
            properties,
            START);
  }

  Instant now() {
    return now;
  }

  void advance(Duration duration) {
    now = now.plus(duration);
    driver.advanceWallClockTime(duration);
  }

  void send(PruningPolicy policy) {
    send(Topics.POLICIES, policy.getName(), policy);
  }

  void send(Checkpoint checkpoint) {
    send(Topics.CHECKPOINTS, checkpoint.getLineage().getModel(), checkpoint);
  }

  /** What a person sends to end a plan, by its id or by that of its job. */
  void cancel(String id) {
    send(
        Topics.CONTROLS,
        id,
        Control.newBuilder().setId(id).setCommand(Command.CANCEL).setAt(now).build());
  }

  /** What a trainer sends when the job is done. */
  void complete(TrainingJob job) {
    send(
        Checkpoint.newBuilder()
            .setCheckpointId(Ids.checkpointId(job.getJobId(), Stage.RETRAINED))
            .setJobId(job.getJobId())
            .setStage(Stage.RETRAINED)
            .setLineage(job.getLineage())
            .setArtifact(job.getStart().orElseThrow())
            .setRecipe(job.getRecipe())
            .setDense(job.getDense().orElseThrow())
            .setAt(now)
            .build());
    sendOutcome(job, Result.DONE, null);
  }

  /** What a trainer sends when the job has made this. */
  void complete(TrainingJob job, Checkpoint retrained) {
    send(retrained);
    sendOutcome(job, Result.DONE, null);
  }

  /** What a trainer sends when the job has ended. */
  void sendOutcome(TrainingJob job, Result result, String reason) {
    send(
        Topics.OUTCOMES,
        job.getLineage().getModel(),
        Outcome.newBuilder()
            .setId(job.getJobId())
            .setWork(Work.TRAINING)
            .setResult(result)
            .setLineage(job.getLineage())
            .setReason(reason)
            .setWorker("trainer-0")
            .setDurationMillis(60_000)
            .setAt(now)
            .build());
  }

  /** A sign of life. */
  void sendProgress(TrainingJob job, Work work, String worker, int slots) {
    send(
        Topics.PROGRESS,
        job.getJobId(),
        JobProgress.newBuilder()
            .setId(job.getJobId())
            .setWork(work)
            .setLineage(job.getLineage())
            .setWorker(worker)
            .setSlots(slots)
            .setDone(1)
            .setTotal(2)
            .setImagesPerSecond(1_000)
            .setAt(now)
            .build());
  }

  <V extends SpecificRecord> void send(Topic<V> topic, String key, V value) {
    sendBytes(topic, key, topic.serde().encode(value));
  }

  void sendBytes(Topic<?> topic, String key, byte[] value) {
    driver
        .createInputTopic(topic.name(), new StringSerializer(), new ByteArraySerializer())
        .pipeInput(key, value, now);
  }

  /** The jobs sent since the last look. */
  List<TrainingJob> jobs() {
    return sent(Topics.JOBS);
  }

  /** The checkpoints sent since the last look. */
  List<Checkpoint> checkpoints() {
    return sent(Topics.CHECKPOINTS);
  }

  /** The outcomes sent since the last look. */
  List<Outcome> outcomes() {
    return sent(Topics.OUTCOMES);
  }

  /** The dead letters sent since the last look. */
  List<TestRecord<String, byte[]>> deadLetters() {
    return driver
        .createOutputTopic(
            Topics.DEAD_LETTERS, new StringDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  Map<String, String> unready() {
    return telemetry.health().unready();
  }

  double gauge(String name, String... tags) {
    return telemetry.registry().get(name).tags(tags).gauge().value();
  }

  /** Over all labels that are not given. */
  double counter(String name, String... tags) {
    return telemetry.registry().get(name).tags(tags).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  long timed(String name) {
    return telemetry.registry().get(name).timer().count();
  }

  @Override
  public void close() {
    driver.close();
    telemetry.close();
  }

  /** The plans, whatever became of them. */
  List<Plan> plans() {
    var plans = new ArrayList<Plan>();
    try (var entries = driver.<String, Plan>getKeyValueStore(Plans.STORE).all()) {
      entries.forEachRemaining(entry -> plans.add(entry.value));
    }
    return plans;
  }

  /** The ids of the checkpoints that wait for the artifact store. */
  List<String> parked() {
    var ids = new ArrayList<String>();
    try (var entries = driver.<String, byte[]>getKeyValueStore(CheckpointIntake.PARKED).all()) {
      entries.forEachRemaining(entry -> ids.add(entry.key));
    }
    return ids;
  }

  /** Puts a plan in the place of itself. */
  void put(Plan plan) {
    var dense = plan.getJob().getDense().orElseThrow().getCheckpointId();
    driver.<String, Plan>getKeyValueStore(Plans.STORE).put(dense + "/" + plan.getPlanId(), plan);
  }

  private <V extends SpecificRecord> List<V> sent(Topic<V> topic) {
    return driver
        .createOutputTopic(topic.name(), new StringDeserializer(), topic.serde().deserializer())
        .readValuesToList();
  }
}
