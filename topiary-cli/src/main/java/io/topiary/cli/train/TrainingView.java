package io.topiary.cli.train;

import io.topiary.cli.console.StopSignal;
import io.topiary.cli.options.SparsifierRequest;
import io.topiary.cli.progress.ProgressView;
import io.topiary.engine.SparsifierSearch.Probe;
import io.topiary.engine.TrainingListener;
import io.topiary.engine.TrainingProgress;
import io.topiary.engine.TrainingRun;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Work;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.schedule.Iterations;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Shows a training as the demo shows those of its workers, and ends it when it is told to stop. The
 * last iteration of an epoch is always shown, as only then its mean loss is that of the whole
 * epoch.
 */
final class TrainingView implements TrainingListener {

  /** Of the one job that there is. */
  private static final String ID = "training";

  /** As often as a person can follow. */
  private static final Duration INTERVAL = Duration.ofMillis(250);

  private final ProgressView view;
  private final StopSignal stop;
  private final Clock clock;
  private final Sparsification method;
  private final JobProgress.Builder record;
  private final int perEpoch;
  private final WallClock pace;
  private Instant shown;

  TrainingView(ProgressView view, Training training, StopSignal stop, Clock clock) {
    this.view = view;
    this.stop = stop;
    this.clock = clock;
    this.method = training.run().sparsification();
    this.shown = clock.instant();
    this.perEpoch = perEpoch(training.run());
    this.pace = new WallClock(training.run().images().size(), training.run().batchSize(), shown);
    this.record = record(training).setAt(shown);
    view.show(record.build());
  }

  private static JobProgress.Builder record(Training training) {
    var run = training.run();
    var asked = training.sparsifier();
    var lineage = Lineage.newBuilder().setModel(training.subject().model()).setGeneration(ID);
    asked.ifPresent(given -> lineage.setMethod(given.method().kind()));
    var kept = Math.rint(run.mask().map(Mask::sparsity).orElse(0.0) * 1e4) / 1e4;
    return JobProgress.newBuilder()
        .setId(ID)
        .setWork(Work.TRAINING)
        .setStage(asked.isPresent() ? Stage.SPARSE : Stage.UNKNOWN)
        .setLineage(lineage.build())
        .setTargetSparsity(asked.map(SparsifierRequest::sparsity).orElse(kept))
        .setWorker(ID)
        .setSlots(1)
        .setDone(0)
        .setTotal(run.schedule().iterations())
        .setEpochs(epochs(run))
        .setImagesPerSecond(0)
        .setDevice(run.computing().device())
        .setThreads(run.computing().threads());
  }

  private static int epochs(TrainingRun run) {
    return (run.schedule().iterations() - 1) / perEpoch(run) + 1;
  }

  private static int perEpoch(TrainingRun run) {
    return Iterations.perEpoch(run.images().size(), run.batchSize());
  }

  /** Images per second of all trainings so far, by the clock on the wall. */
  double imagesPerSecond() {
    return pace.imagesPerSecond();
  }

  /** No more is to be said of the training under way. */
  void ended() {
    view.ended(ID);
  }

  /** One of the trainings of a search has ended, and another may follow. */
  void probed(Probe probe) {
    ended();
    pace.skipTo(clock.instant());
    view.say(TrainReport.probed(method, probe));
  }

  @Override
  public boolean onIteration(TrainingProgress progress) {
    var now = clock.instant();
    pace.done(progress.iteration(), now);
    var last =
        progress.iteration() % perEpoch == 0 || progress.iteration() == progress.iterations();
    if (last || Duration.between(shown, now).compareTo(INTERVAL) >= 0) {
      shown = now;
      view.show(
          record
              .setDone(progress.iteration())
              .setEpoch(progress.epoch())
              .setLearningRate(progress.learningRate())
              .setLoss(progress.loss())
              .setEpochLoss(progress.epochLoss())
              .setImagesPerSecond(progress.imagesPerSecond())
              .setAt(now)
              .build());
    }
    return !stop.given();
  }
}
