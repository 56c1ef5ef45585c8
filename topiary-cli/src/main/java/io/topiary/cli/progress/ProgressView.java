package io.topiary.cli.progress;

import io.topiary.schemas.JobProgress;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * Shows what workers say about their jobs. Fed by one thread with the records of {@code
 * topiary.progress}, whatever process the workers run in.
 */
public sealed interface ProgressView extends AutoCloseable
    permits ProgressBars, ProgressLines, NoProgress {

  /** Set by the launcher where a person looks on; since JDK 22 System.console() cannot tell. */
  String TERMINAL = "topiary.terminal";

  /** On standard error, where standard output is left to results. */
  static ProgressView onStandardError(boolean quiet, Clock clock) {
    return on(System.err, Boolean.getBoolean(TERMINAL), quiet, clock);
  }

  /** Bars where a person looks on, lines where a file or a pipe does. */
  static ProgressView on(PrintStream out, boolean terminal, boolean quiet, Clock clock) {
    if (quiet) {
      return new NoProgress(out);
    }
    var bars = terminal ? ProgressBars.onStandardError(clock) : Optional.<ProgressView>empty();
    return bars.orElseGet(() -> new ProgressLines(out, clock));
  }

  /** A job's newest sign of life. */
  void show(JobProgress progress);

  /** The job has ended, well or badly, and says no more. */
  void ended(String id);

  /**
   * How far a run of many jobs is as a whole.
   *
   * @param done of {@code total}
   * @param left absent while nobody can tell
   */
  void overall(int done, int total, Optional<Duration> left);

  /** A sentence between the jobs. */
  void say(String sentence);

  /** A sentence that is told however quiet it is to be: why there will be no result. */
  void fail(String sentence);

  @Override
  void close();
}
