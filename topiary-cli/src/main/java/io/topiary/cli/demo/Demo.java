package io.topiary.cli.demo;

import io.topiary.cli.progress.ProgressView;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;

/** One run of the demo, from the first record that is sent to the table. */
final class Demo {

  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int INTERRUPTED = 130;
  private static final Duration POLL = Duration.ofMillis(200);

  private final DemoOptions options;
  private final PrintWriter out;
  private final ProgressView progress;
  private final Clock clock;

  Demo(DemoOptions options, PrintWriter out, ProgressView progress, Clock clock) {
    this.options = options;
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
    var request = DenseRunRequest.of(options, now.toString());
    try (var folder = DemoFolder.take(options.dir(), now)) {
      RunLog.to(folder.log());
      return run(request, folder, stop);
    }
  }

  private int run(DenseRunRequest request, DemoFolder folder, StopSignal stop)
      throws IOException, InterruptedException {
    var slots = options.sparsities().size();
    try (progress;
        var pipeline =
            Pipeline.start(folder, options.httpPort(), slots, request.dataDir(), clock)) {
      progress.say("Metrics: " + pipeline.telemetry().address() + "/metrics while this runs");
      submit(request, pipeline);
      var results = follow(pipeline, stop);
      progress.close();
      if (stop.given()) {
        progress.say("Interrupted; what was finished is in " + folder.run() + ".");
        return INTERRUPTED;
      }
      return tell(results, folder);
    }
  }

  private static void submit(DenseRunRequest request, Pipeline pipeline)
      throws InterruptedException {
    try (var sender =
        new RecordSender("topiary-cli", pipeline.kafka(), pipeline.telemetry().registry())) {
      sender.send(Topics.POLICIES, request.policy().getName(), request.policy());
      sender.send(Topics.JOBS, request.job().getJobId(), request.job());
    }
  }

  private DemoResults follow(Pipeline pipeline, StopSignal stop) {
    var results = new DemoResults(options.sparsities());
    try (var reader = new TopicReader(pipeline.kafka())) {
      reader
          .on(Topics.CHECKPOINTS, results::add)
          .on(Topics.EVALUATIONS, results::add)
          .on(Topics.OUTCOMES, outcome -> ended(outcome, results))
          .on(Topics.PROGRESS, progress::show)
          .onDeadLetter(results::fail)
          .start();
      while (!results.complete() && results.failure().isEmpty() && !stop.given()) {
        reader.poll(POLL);
        if (pipeline.telemetry().health().failure().isDone()) {
          results.fail("A service met a bug; the log has the details.");
        }
      }
    }
    return results;
  }

  private void ended(Outcome outcome, DemoResults results) {
    progress.ended(outcome.getId());
    results.add(outcome);
  }

  private int tell(DemoResults results, DemoFolder folder) {
    DemoTable.lines(results).forEach(out::println);
    out.println();
    out.println("Checkpoints: " + folder.artifacts());
    out.println("Log:         " + folder.log());
    out.flush();
    results.failure().ifPresent(out::println);
    return results.failure().isEmpty() ? DONE : FAILED;
  }
}
