package io.topiary.cli.progress;

import io.topiary.schemas.JobProgress;
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

  /** For example {@code retraining at 90%} or {@code testing 90% pruned}. */
  static String name(JobProgress progress) {
    var sparsity = progress.getTargetSparsity() > 0 ? percent(progress) : "dense";
    if (progress.getWork() == Work.EVALUATION) {
      return "testing " + sparsity + (progress.getStage() == Stage.PRUNED ? " pruned" : "");
    }
    return progress.getTargetSparsity() > 0 ? "retraining at " + sparsity : "training dense";
  }

  private static String percent(JobProgress progress) {
    return BigDecimal.valueOf(progress.getTargetSparsity())
            .movePointRight(2)
            .stripTrailingZeros()
            .toPlainString()
        + "%";
  }

  /** For example {@code epoch 3/10, loss 0.4312, 1,240 img/s}. */
  static String state(JobProgress progress) {
    var epoch =
        progress.getEpoch() > 0
            ? "epoch %d/%d, ".formatted(progress.getEpoch(), progress.getEpochs())
            : "";
    var loss =
        progress
            .getLoss()
            .map(value -> String.format(Locale.ROOT, "loss %.4f, ", value))
            .orElse("");
    return epoch + loss + String.format(Locale.ROOT, "%,.0f img/s", progress.getImagesPerSecond());
  }

  /** Time left at the pace so far; absent while too little was done to tell the pace. */
  static Optional<Duration> left(JobProgress progress, Duration elapsed) {
    var done = progress.getDone();
    return done == 0 || done * ENOUGH < progress.getTotal()
        ? Optional.empty()
        : Optional.of(elapsed.multipliedBy(progress.getTotal() - done).dividedBy(done));
  }
}
