package io.topiary.cli.progress;

import io.topiary.schemas.JobProgress;

/** For those who asked for the result and nothing else. */
record NoProgress() implements ProgressView {

  @Override
  public void show(JobProgress progress) {}

  @Override
  public void ended(String id) {}

  @Override
  public void say(String sentence) {}

  @Override
  public void close() {}
}
