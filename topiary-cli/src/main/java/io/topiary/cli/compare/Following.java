package io.topiary.cli.compare;

import io.topiary.cli.compare.experiment.Experiment;
import io.topiary.cli.console.StopSignal;
import io.topiary.cli.pipeline.TopicReader;
import io.topiary.cli.progress.ProgressView;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Topics;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Asks a pipeline for what is missing of a comparison, and waits for it. */
final class Following {

  /** Keeps what there is, whenever there is more. */
  @FunctionalInterface
  interface Keeper {
    void keep() throws IOException;
  }

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration SHOWN_EVERY = Duration.ofSeconds(1);

  /** A pruner that was killed may hold readers up until its transaction runs out. */
  private static final Duration CATCH_UP = Duration.ofMinutes(3);

  private final Experiment experiment;
  private final Findings findings;
  private final Workload workload;
  private final int usualSlots;
  private final ProgressView progress;
  private final Keeper keeper;
  private final Clock clock;
  private final Instant begun;
  private final Set<String> ended = new HashSet<>();
  private Instant shown = Instant.EPOCH;
  private int kept = -1;

  /**
   * @param usualSlots jobs side by side, as long as no trainer has said how many
   */
  Following(
      Experiment experiment,
      Findings findings,
      int usualSlots,
      ProgressView progress,
      Keeper keeper,
      Clock clock) {
    this.experiment = experiment;
    this.findings = findings;
    this.workload = new Workload(experiment, findings);
    this.usualSlots = usualSlots;
    this.progress = progress;
    this.keeper = keeper;
    this.clock = clock;
    this.begun = clock.instant();
  }

  /**
   * Returns when all is done, when it is told to stop, or when the pipeline is broken.
   *
   * @param broken whether the pipeline can do no more
   * @return whether all is done
   * @throws org.apache.kafka.common.KafkaException when something could not be sent
   */
  boolean follow(KafkaSettings kafka, RecordSender sender, BooleanSupplier broken, StopSignal stop)
      throws IOException, InterruptedException {
    var dispatcher = new Dispatcher(experiment, findings, sender);
    try (var reader = new TopicReader(kafka)) {
      reader
          .on(Topics.JOBS, findings::add)
          .on(Topics.CHECKPOINTS, findings::add)
          .on(Topics.EVALUATIONS, findings::add)
          .on(Topics.OUTCOMES, this::ended)
          .on(Topics.PROGRESS, this::show)
          .onDeadLetter(findings::add)
          .start();
      while (!reader.caughtUp()
          && clock.instant().isBefore(begun.plus(CATCH_UP))
          && !stop.given()) {
        reader.poll(POLL);
      }
      keep();
      if (!stop.given() && !findings.complete(experiment)) {
        dispatcher.sendPolicies();
      }
      while (!findings.complete(experiment) && !broken.getAsBoolean() && !stop.given()) {
        dispatcher.sendJobs(slots());
        reader.poll(POLL);
        keep();
      }
    }
    return findings.complete(experiment);
  }

  /** Takes the policies back, where others would meet them. */
  void removePolicies(RecordSender sender) throws InterruptedException {
    new Dispatcher(experiment, findings, sender).removePolicies();
  }

  private int slots() {
    return workload.slots(clock.instant()).orElse(usualSlots);
  }

  private void keep() throws IOException {
    var done = workload.done();
    var now = clock.instant();
    if (done != kept) {
      keeper.keep();
      kept = done;
      shown = Instant.EPOCH;
    }
    if (!now.isBefore(shown.plus(SHOWN_EVERY))) {
      progress.overall(done, workload.total(), workload.left(slots()));
      shown = now;
    }
  }

  private void ended(Outcome outcome) {
    ended.add(outcome.getId());
    workload.add(outcome);
    progress.ended(outcome.getId());
    findings.add(outcome);
  }

  /** What is left of an earlier run is not under way; and what has ended says no more. */
  private void show(JobProgress sign) {
    if (ended.contains(sign.getId()) || sign.getAt().isBefore(begun)) {
      return;
    }
    workload.add(sign);
    progress.show(sign);
  }
}
