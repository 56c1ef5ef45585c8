package io.topiary.cli.progress;

import io.topiary.cli.text.Figures;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Work;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** What there is to say about a running job, in words. */
final class JobText {

  /** One part in so many must be done before a pace can be told. */
  private static final int ENOUGH = 20;

  private JobText() {}

  /**
   * For example {@code retraining at 90%}, {@code retraining 90% phase 2/3}, {@code training gmp to
   * 90%} or {@code testing 90% pruned}.
   */
  static String name(JobProgress progress) {
    var sparse = progress.getTargetSparsity() > 0;
    var sparsity = sparse ? percent(progress) : "dense";
    if (progress.getWork() == Work.EVALUATION) {
      var pruned = progress.getStage() == Stage.PRUNED ? " pruned" : "";
      return "testing " + sparsity + pruned + phase(progress.getLineage());
    }
    if (progress.getLineage().getPhases() > 1) {
      return "retraining " + sparsity + phase(progress.getLineage());
    }
    if (progress.getStage() == Stage.SPARSE) {
      return "training " + method(progress.getLineage()) + "to " + sparsity;
    }
    return sparse ? "retraining at " + sparsity : "training dense";
  }

  /** What makes it sparse while it is trained, if that is said. */
  private static String method(Lineage lineage) {
    return lineage.getMethod().map(kind -> kind.name().toLowerCase(Locale.ROOT) + " ").orElse("");
  }

  /**
   * What it computes with, for example {@code , on gpu:0} or {@code , on cpu with 2 threads};
   * nothing where that is not said, or is one thread of the CPU.
   */
  static String place(JobProgress progress) {
    var device = progress.getDevice();
    var threads = progress.getThreads();
    if (device.isEmpty() || (device.equals("cpu") && threads <= 1)) {
      return "";
    }
    return ", on " + device + (threads > 1 ? " with " + Figures.count(threads, "thread") : "");
  }

  /** Which of several phases; nothing when there is but one. */
  private static String phase(Lineage lineage) {
    return lineage.getPhases() > 1
        ? " phase %d/%d".formatted(lineage.getPhase(), lineage.getPhases())
        : "";
  }

  private static String percent(JobProgress progress) {
    return BigDecimal.valueOf(progress.getTargetSparsity())
            .movePointRight(2)
            .stripTrailingZeros()
            .toPlainString()
        + "%";
  }

  /**
   * For example {@code epoch 3/10, mean loss 0.4312, 1,240 img/s}. The mean is that of the epoch so
   * far; where it is not known, the loss of the last batch stands in for it.
   */
  static String state(JobProgress progress) {
    var epoch =
        progress.getEpoch() > 0
            ? "epoch %d/%d, ".formatted(progress.getEpoch(), progress.getEpochs())
            : "";
    var loss =
        progress
            .getEpochLoss()
            .map(mean -> Figures.format("mean loss %.4f, ", mean))
            .or(() -> progress.getLoss().map(last -> Figures.format("loss %.4f, ", last)))
            .orElse("");
    return epoch + loss + Figures.format("%,.0f img/s", progress.getImagesPerSecond());
  }

  /** For example {@code 12 of 165 networks done, about 1 h 20 min left}. */
  static String overall(int done, int total, Optional<Duration> left) {
    return Figures.format("%,d of %,d networks done", done, total)
        + left.filter(time -> done < total)
            .map(time -> ", about %s left".formatted(rough(time)))
            .orElse("");
  }

  /** For example {@code 40 s}, {@code 12 min} or {@code 3 h 05 min}. */
  private static String rough(Duration time) {
    if (time.toMinutes() < 2) {
      return time.toSeconds() + " s";
    }
    return time.toHours() == 0
        ? time.toMinutes() + " min"
        : "%d h %02d min".formatted(time.toHours(), time.toMinutesPart());
  }

  /** Time left at the pace so far; absent while too little was done to tell the pace. */
  static Optional<Duration> left(JobProgress progress, Duration elapsed) {
    var done = progress.getDone();
    return done == 0 || done * ENOUGH < progress.getTotal()
        ? Optional.empty()
        : Optional.of(elapsed.multipliedBy(progress.getTotal() - done).dividedBy(done));
  }
}
