package io.topiary.cli.progress;

import io.topiary.schemas.JobProgress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;

/** For those who asked for the result and nothing else. */
record NoProgress(PrintStream out) implements ProgressView {

  @Override
  public void show(JobProgress progress) {}

  @Override
  public void ended(String id) {}

  @Override
  public void overall(int done, int total, Optional<Duration> left) {}

  @Override
  public void say(String sentence) {}

  @Override
  public void fail(String sentence) {
    out.println(sentence);
  }

  @Override
  public void close() {}
}
