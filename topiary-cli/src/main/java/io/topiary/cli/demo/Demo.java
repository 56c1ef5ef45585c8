package io.topiary.cli.demo;

import io.topiary.cli.console.StopSignal;
import io.topiary.cli.options.Subject;
import io.topiary.cli.pipeline.Pipeline;
import io.topiary.cli.pipeline.PipelineFolder;
import io.topiary.cli.pipeline.RunLog;
import io.topiary.cli.pipeline.TopicReader;
import io.topiary.cli.progress.ProgressView;
import io.topiary.evaluator.timing.TimingSettings;
import io.topiary.runtime.StartException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.WorkerSettings;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.telemetry.Health;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Topics;
import io.topiary.trainer.TrainerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** One run of the demo, from the first record that is sent to the table. */
final class Demo {

  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final String LOOPBACK = "127.0.0.1";
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  /** Training pauses meanwhile, twice for each of some seven networks: enough, for small ones. */
  private static final String TIMING_BUDGET = "200ms";

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration METRICS_WITHIN = Duration.ofSeconds(5);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final DemoOptions options;
  private final Subject subject;
  private final PrintWriter out;
  private final ProgressView progress;
  private final Clock clock;
  private final Set<String> ended = new HashSet<>();

  Demo(DemoOptions options, Subject subject, PrintWriter out, ProgressView progress, Clock clock) {
    this.options = options;
    this.subject = subject;
    this.out = out;
    this.progress = progress;
    this.clock = clock;
  }

  /**
   * Runs to the end, or until it is told to stop.
   *
   * @return the exit status
   */
  int run(StopSignal stop) throws IOException, InterruptedException {
    var now = clock.instant();
    try (var telemetry = page();
        var folder = PipelineFolder.take(options.dir(), "demo-" + STAMP.format(now))) {
      RunLog.to(folder.log());
      var artifacts = FileArtifactStore.open(folder.artifacts());
      var request = DenseRunRequest.of(options, subject, artifacts, now.toString());
      return run(request, artifacts, telemetry, folder, stop);
    }
  }

  private Telemetry page() {
    try {
      return Telemetry.start(LOOPBACK, options.httpPort());
    } catch (StartException e) {
      throw new StartException(
          "The page cannot be served on port %d, which is probably taken; give another port with --http-port, or 0 for any."
              .formatted(options.httpPort()),
          e);
    }
  }

  private int run(
      DenseRunRequest request,
      ArtifactStore artifacts,
      Telemetry telemetry,
      PipelineFolder folder,
      StopSignal stop)
      throws IOException, InterruptedException {
    // The retrainings side by side, unless there are many.
    var slots = Math.min(options.pruning().sparsities().size(), Math.max(3, PROCESSORS));
    try (progress;
        var pipeline = Pipeline.start(folder, artifacts, settings(slots), telemetry, clock)) {
      progress.say("Page while this runs: " + telemetry.address() + "/ (metrics at /metrics)");
      submit(request, pipeline.kafka(), telemetry);
      var results = follow(pipeline.kafka(), telemetry.health(), stop);
      progress.close();
      if (stop.given()) {
        progress.say("Interrupted; what was finished is in " + folder.run() + ".");
        return StopSignal.INTERRUPTED;
      }
      awaitMetrics(pipeline, results);
      Files.writeString(folder.metrics(), telemetry.scrape());
      var status =
          results
              .failure()
              .map(reason -> fail(reason, folder))
              .orElseGet(() -> tell(results, folder));
      if (options.keep()) {
        keep(telemetry, stop);
      }
      return status;
    }
  }

  private Map<String, String> settings(int slots) {
    return Map.of(
        TrainerConfig.SLOTS.name(),
        String.valueOf(slots),
        TimingSettings.BUDGET.name(),
        TIMING_BUDGET,
        WorkerSettings.NAME.name(),
        "demo",
        WorkerSettings.DATA_FOLDERS.name(),
        options.dataDir().toString());
  }

  /** The plots are complete only now, when a run would otherwise end. */
  private void keep(Telemetry telemetry, StopSignal stop) throws InterruptedException {
    out.println("The page stays at " + telemetry.address() + "/ until Ctrl-C.");
    out.flush();
    while (!stop.given()) {
      Thread.sleep(POLL.toMillis());
    }
  }

  private static void submit(DenseRunRequest request, KafkaSettings kafka, Telemetry telemetry)
      throws InterruptedException {
    try (var sender = new RecordSender("topiary-cli", kafka, telemetry.registry())) {
      sender.send(Topics.POLICIES, request.policy().getName(), request.policy());
      sender.send(Topics.JOBS, request.job().getJobId(), request.job());
    }
  }

  private DemoResults follow(KafkaSettings kafka, Health health, StopSignal stop) {
    var results = new DemoResults(options.pruning().plans());
    try (var reader = new TopicReader(kafka)) {
      reader
          .on(Topics.CHECKPOINTS, results::add)
          .on(Topics.EVALUATIONS, results::add)
          .on(Topics.OUTCOMES, outcome -> ended(outcome, results))
          .on(Topics.PROGRESS, this::show)
          .onDeadLetter(letter -> results.fail(letter.reason()))
          .start();
      while (!results.complete() && results.failure().isEmpty() && !stop.given()) {
        reader.poll(POLL);
        if (health.failure().isDone()) {
          results.fail("A service met a bug, which its log tells of.");
        }
      }
    }
    return results;
  }

  /** What has come back from the topics may not have been aggregated yet. */
  private void awaitMetrics(Pipeline pipeline, DemoResults results) throws InterruptedException {
    var deadline = clock.instant().plus(METRICS_WITHIN);
    while (!results.evaluations().stream().allMatch(pipeline::shows)
        && clock.instant().isBefore(deadline)) {
      Thread.sleep(LOOK_AGAIN.toMillis());
    }
  }

  /** A job's last sign of life may come after its outcome: they travel on different topics. */
  private void show(JobProgress sign) {
    if (!ended.contains(sign.getId())) {
      progress.show(sign);
    }
  }

  private void ended(Outcome outcome, DemoResults results) {
    ended.add(outcome.getId());
    progress.ended(outcome.getId());
    results.add(outcome);
  }

  private int tell(DemoResults results, PipelineFolder folder) {
    DemoTable.lines(results).forEach(out::println);
    out.println();
    var phases = DemoTable.phases(results);
    if (!phases.isEmpty()) {
      out.println("Phase by phase:");
      phases.forEach(out::println);
      out.println();
    }
    out.println("Checkpoints, as safetensors with PyTorch's names:");
    DemoTable.checkpoints(results).forEach(line -> out.println("  " + line));
    out.println("Metrics as they were last: " + folder.metrics());
    out.println("Log: " + folder.log());
    out.flush();
    return DONE;
  }

  private int fail(String reason, PipelineFolder folder) {
    progress.fail(reason);
    progress.fail("Log: " + folder.log());
    return FAILED;
  }
}
