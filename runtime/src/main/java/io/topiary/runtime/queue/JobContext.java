package io.topiary.runtime.queue;

import java.time.Instant;
import java.util.function.BooleanSupplier;

/**
 * What a handler may know about the attempt it is making.
 *
 * @param key the record's key
 * @param attempt which attempt this is, counted from 1; only those without progress count
 * @param deliveryCount how often the broker has delivered this record
 * @param started when this worker took the record up
 * @param reached how far earlier attempts had brought the job then, as {@link JobHandler#progress}
 *     tells
 * @param stop becomes true when the worker is stopping
 * @param progress is told that the work goes on
 */
public record JobContext(
    String key,
    int attempt,
    int deliveryCount,
    Instant started,
    long reached,
    BooleanSupplier stop,
    Runnable progress) {

  /** Whether the handler should put its work in order and return {@link JobResult.HandedBack}. */
  public boolean stopping() {
    return stop.getAsBoolean();
  }

  /**
   * The handler tells that it has all it needs and is at work. A worker that was waiting for
   * something is ready again then, rather than when the job ends.
   */
  public void underWay() {
    progress.run();
  }
}
