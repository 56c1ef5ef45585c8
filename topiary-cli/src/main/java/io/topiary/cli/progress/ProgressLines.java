package io.topiary.cli.progress;

import io.topiary.schemas.JobProgress;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** One line for a job that starts, enters an epoch, or has been silent for a while. */
final class ProgressLines implements ProgressView {

  private static final Duration AT_LEAST_EVERY = Duration.ofSeconds(15);

  /** What was last said of a job, and when it was first heard of. */
  private record Said(Instant first, Instant last, int epoch) {}

  private final PrintStream out;
  private final Clock clock;
  private final Map<String, Said> said = new HashMap<>();

  ProgressLines(PrintStream out, Clock clock) {
    this.out = out;
    this.clock = clock;
  }

  @Override
  public void show(JobProgress progress) {
    var now = clock.instant();
    var before = said.get(progress.getId());
    if (before == null) {
      said.put(progress.getId(), new Said(now, now, progress.getEpoch()));
      out.println(JobText.name(progress));
    } else if (before.epoch() != progress.getEpoch()
        || !now.isBefore(before.last().plus(AT_LEAST_EVERY))) {
      said.put(progress.getId(), new Said(before.first(), now, progress.getEpoch()));
      var left =
          JobText.left(progress, Duration.between(before.first(), now))
              .map(time -> ", " + time.toSeconds() + " s left")
              .orElse("");
      out.println(JobText.name(progress) + ": " + JobText.state(progress) + left);
    }
  }

  @Override
  public void ended(String id) {
    said.remove(id);
  }

  @Override
  public void say(String sentence) {
    out.println(sentence);
  }

  @Override
  public void fail(String sentence) {
    out.println(sentence);
  }

  @Override
  public void close() {
    out.flush();
  }
}
