package io.topiary.cli.compare;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.cli.compare.experiment.Experiment;
import io.topiary.cli.compare.result.Comparison;
import io.topiary.cli.compare.result.ComparisonJson;
import io.topiary.cli.compare.result.Kind;
import io.topiary.cli.compare.result.ResultFiles;
import io.topiary.cli.compare.table.MethodsTable;
import io.topiary.cli.compare.table.SchedulesTable;
import io.topiary.cli.console.StopSignal;
import io.topiary.cli.pipeline.Pipeline;
import io.topiary.cli.pipeline.PipelineFolder;
import io.topiary.cli.pipeline.RunLog;
import io.topiary.cli.progress.ProgressView;
import io.topiary.evaluator.timing.TimingSettings;
import io.topiary.pruner.PrunerConfig;
import io.topiary.runtime.StartException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.WorkerSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.trainer.TrainerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a comparison: begins it, or goes on with it. */
final class ComparisonRun {

  private static final Logger log = LoggerFactory.getLogger(ComparisonRun.class);

  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final String LOOPBACK = "127.0.0.1";
  private static final String CLIENT = "topiary-cli";

  /** In one process no job is lost, however long it waits. */
  private static final String PATIENCE = "24h";

  private final ComparisonRequest request;
  private final RunOptions options;
  private final String version;
  private final PrintWriter out;
  private final ProgressView progress;
  private final Clock clock;

  ComparisonRun(
      ComparisonRequest request,
      RunOptions options,
      String version,
      PrintWriter out,
      ProgressView progress,
      Clock clock) {
    this.request = request;
    this.options = options;
    this.version = version;
    this.out = out;
    this.progress = progress;
    this.clock = clock;
  }

  /**
   * Runs to the end, or until it is told to stop.
   *
   * @return the exit status
   * @throws StartException when it cannot begin, with what would be right
   */
  int run(StopSignal stop) throws IOException, InterruptedException {
    try (progress;
        var folder = PipelineFolder.take(options.dir())) {
      var file = ComparisonFile.in(folder.run(), wanted());
      RunLog.to(folder.log());
      var artifacts = FileArtifactStore.open(folder.artifacts());
      var experiment = request.plan().experiment(file.identity(), artifacts);
      var files = new ResultFiles(folder.run());
      var known = files.read().filter(all -> isComplete(all, experiment));
      if (known.isPresent()) {
        return tell(known.orElseThrow(), files);
      }
      var findings = new Findings(experiment);
      var following =
          new Following(
              experiment,
              findings,
              options.slots(),
              progress,
              () -> files.write(comparison(file, experiment, findings)),
              clock);
      var complete =
          options.cluster().isPresent()
              ? onCluster(options.cluster().orElseThrow(), following, stop)
              : here(folder, artifacts, following, stop);
      progress.close();
      return complete
          ? tell(comparison(file, experiment, findings), files)
          : incomplete(stop, folder);
    }
  }

  private ComparisonFile wanted() {
    var now = clock.instant();
    // Others may compare the same there, and their networks are none of this comparison's.
    var model =
        options.cluster().isPresent()
            ? "%s-%08x".formatted(request.model(), now.hashCode())
            : request.model();
    var settings = new LinkedHashMap<>(request.settings());
    settings.put(
        "brokers", options.cluster().map(KafkaSettings::bootstrapServers).orElse("this process"));
    return new ComparisonFile(request.kind(), request.command(), now, model, settings);
  }

  private static boolean isComplete(Comparison known, Experiment experiment) {
    return known.dense().size() == experiment.dense().size()
        && known.runs().size() == experiment.trials().size();
  }

  private boolean here(
      PipelineFolder folder, ArtifactStore artifacts, Following following, StopSignal stop)
      throws IOException, InterruptedException {
    try (var telemetry = page();
        var pipeline = Pipeline.start(folder, artifacts, settings(), telemetry, clock);
        var sender = new RecordSender(CLIENT, pipeline.kafka(), telemetry.registry())) {
      var unused =
          telemetry
              .health()
              .failure()
              .whenComplete((none, bug) -> log.error("A service met a bug", bug));
      progress.say("Page while this runs: " + telemetry.address() + "/");
      return following.follow(
          pipeline.kafka(), sender, () -> telemetry.health().failure().isDone(), stop);
    }
  }

  private boolean onCluster(KafkaSettings kafka, Following following, StopSignal stop)
      throws IOException, InterruptedException {
    PipelineTopics.createMissing(kafka);
    try (var sender = new RecordSender(CLIENT, kafka, new SimpleMeterRegistry())) {
      var complete = following.follow(kafka, sender, () -> false, stop);
      if (complete) {
        following.removePolicies(sender);
      }
      return complete;
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

  private Map<String, String> settings() {
    return Map.of(
        TrainerConfig.SLOTS.name(),
        String.valueOf(options.slots()),
        TimingSettings.BUDGET.name(),
        request.timing().toMillis() + "ms",
        PrunerConfig.PATIENCE.name(),
        PATIENCE,
        WorkerSettings.NAME.name(),
        "compare",
        WorkerSettings.DATA_FOLDERS.name(),
        options.dataDir().toString());
  }

  private Comparison comparison(ComparisonFile file, Experiment experiment, Findings findings) {
    var results = new Results(experiment, findings);
    return new Comparison(
        file.kind(),
        file.command(),
        file.startedAt(),
        file.settings(),
        Versions.of(version, experiment, findings),
        request.seeds(),
        results.dense(),
        results.runs());
  }

  private int incomplete(StopSignal stop, PipelineFolder folder) {
    if (stop.given()) {
      progress.say(
          "Interrupted; what is done is in %s, and the same command goes on from there."
              .formatted(folder.run()));
      return StopSignal.INTERRUPTED;
    }
    progress.fail("A service met a bug, which its log tells of: " + folder.log());
    return FAILED;
  }

  private int tell(Comparison comparison, ResultFiles files) {
    if (options.json()) {
      out.println(ComparisonJson.write(comparison));
    } else {
      var lines =
          comparison.kind() == Kind.SCHEDULES
              ? SchedulesTable.lines(comparison)
              : MethodsTable.lines(comparison);
      lines.forEach(out::println);
      out.println();
      out.println("Every run: " + files.csv() + " and " + files.json());
    }
    out.flush();
    return comparison.runs().stream().allMatch(run -> run.failure().isEmpty()) ? DONE : FAILED;
  }
}
