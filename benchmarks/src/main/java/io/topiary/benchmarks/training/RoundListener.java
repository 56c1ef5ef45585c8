package io.topiary.benchmarks.training;

import io.topiary.engine.TrainingListener;
import io.topiary.engine.TrainingProgress;
import io.topiary.engine.TrainingRun;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;

/** Holds a run until a round is ordered, and answers when its iterations are done. */
final class RoundListener implements TrainingListener {
  /** The order to end the run. */
  static final int STOP = 0;

  private static final double NANOS_PER_SECOND = 1e9;

  private final int imagesPerEpoch;
  private final int batchSize;
  private final BlockingQueue<Integer> orders;
  private final BlockingQueue<Supplier<Round>> answers;

  private int left = 1;
  private long images;
  private long imagesBefore;
  private double training;
  private double trainingBefore;
  private long processorBefore = Machine.processorNanos();
  private long begun = System.nanoTime();

  RoundListener(
      TrainingRun run, BlockingQueue<Integer> orders, BlockingQueue<Supplier<Round>> answers) {
    imagesPerEpoch = run.images().size();
    batchSize = run.batchSize();
    this.orders = orders;
    this.answers = answers;
  }

  @Override
  public boolean onIteration(TrainingProgress progress) {
    int before = (progress.iteration() - 1) % ((imagesPerEpoch - 1) / batchSize + 1) * batchSize;
    images += Math.min(batchSize, imagesPerEpoch - before);
    left--;
    if (left > 0) {
      return true;
    }
    double whole = (System.nanoTime() - begun) / NANOS_PER_SECOND;
    // The rate is that of all images so far.
    training = images / progress.imagesPerSecond();
    Round round =
        new Round(
            images - imagesBefore,
            training - trainingBefore,
            whole,
            (Machine.processorNanos() - processorBefore) / NANOS_PER_SECOND);
    answers.add(() -> round);
    return awaitOrder();
  }

  private boolean awaitOrder() {
    try {
      left = orders.take();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    imagesBefore = images;
    trainingBefore = training;
    begun = System.nanoTime();
    processorBefore = Machine.processorNanos();
    return left != STOP;
  }
}
