package io.topiary.cli.progress;

import io.topiary.schemas.JobProgress;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One line for a job that starts, ends an epoch, or has been silent for a while. Of an epoch the
 * last that was heard is told: the loss of its first batch says little.
 */
final class ProgressLines implements ProgressView {

  private static final Duration AT_LEAST_EVERY = Duration.ofSeconds(15);

  /**
   * What is known of a job.
   *
   * @param first when it was first heard of
   * @param newest its newest sign of life
   * @param heard when that was
   * @param said when a line was last printed
   */
  private record Job(Instant first, JobProgress newest, Instant heard, Instant said) {}

  private final PrintStream out;
  private final Clock clock;
  private final Map<String, Job> jobs = new HashMap<>();
  private int told = -1;

  ProgressLines(PrintStream out, Clock clock) {
    this.out = out;
    this.clock = clock;
  }

  @Override
  public void show(JobProgress progress) {
    var now = clock.instant();
    var before = jobs.get(progress.getId());
    if (before == null) {
      jobs.put(progress.getId(), new Job(now, progress, now, now));
      out.println(JobText.name(progress) + JobText.place(progress));
      return;
    }
    var said = before.said();
    var ended = before.newest().getEpoch();
    if (ended > 0 && ended != progress.getEpoch()) {
      print(before);
      said = now;
    }
    var job = new Job(before.first(), progress, now, said);
    if (!now.isBefore(said.plus(AT_LEAST_EVERY))) {
      print(job);
      job = new Job(before.first(), progress, now, now);
    }
    jobs.put(progress.getId(), job);
  }

  /** An evaluation has no epochs, and is over before there is anything to say of it. */
  @Override
  public void ended(String id) {
    var job = jobs.remove(id);
    if (job != null && job.newest().getEpoch() > 0) {
      print(job);
    }
  }

  private void print(Job job) {
    var progress = job.newest();
    var left =
        progress.getDone() == progress.getTotal()
            ? ""
            : JobText.left(progress, Duration.between(job.first(), job.heard()))
                .map(time -> ", " + time.toSeconds() + " s left")
                .orElse("");
    out.println(JobText.name(progress) + ": " + JobText.state(progress) + left);
  }

  /** Told when another one is done. */
  @Override
  public void overall(int done, int total, Optional<Duration> left) {
    if (done != told) {
      told = done;
      out.println(JobText.overall(done, total, left));
    }
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
