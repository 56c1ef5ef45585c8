package io.topiary.cli.train;

import io.topiary.cli.console.StopSignal;
import io.topiary.cli.progress.ProgressView;
import io.topiary.engine.TrainingListener;
import io.topiary.engine.TrainingProgress;
import io.topiary.engine.TrainingRun;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Work;
import io.topiary.sparsity.mask.Mask;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Shows a training as the demo shows those of its workers, and ends it when it is told to stop. */
final class TrainingView implements TrainingListener {

  /** Of the one job that there is. */
  static final String ID = "training";

  /** As often as a person can follow. */
  private static final Duration INTERVAL = Duration.ofMillis(250);

  private final ProgressView view;
  private final StopSignal stop;
  private final Clock clock;
  private final JobProgress.Builder record;
  private Instant shown;

  TrainingView(
      ProgressView view,
      String model,
      TrainingRun run,
      double epochs,
      StopSignal stop,
      Clock clock) {
    this.view = view;
    this.stop = stop;
    this.clock = clock;
    this.shown = clock.instant();
    this.record =
        JobProgress.newBuilder()
            .setId(ID)
            .setWork(Work.TRAINING)
            .setLineage(Lineage.newBuilder().setModel(model).setGeneration(ID).build())
            .setTargetSparsity(Math.rint(run.mask().map(Mask::sparsity).orElse(0.0) * 1e4) / 1e4)
            .setWorker(ID)
            .setSlots(1)
            .setDone(0)
            .setTotal(run.schedule().iterations())
            .setEpochs((int) Math.ceil(epochs))
            .setImagesPerSecond(0)
            .setDevice(run.computing().device())
            .setThreads(run.computing().threads())
            .setAt(shown);
    view.show(record.build());
  }

  @Override
  public boolean onIteration(TrainingProgress progress) {
    var now = clock.instant();
    var last = progress.iteration() == progress.iterations();
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
