package io.topiary.runtime.queue;

import java.time.Duration;

/**
 * How a queue is worked on.
 *
 * @param group name of the share group; all workers of the same kind belong to one
 * @param slots jobs worked on side by side in this process
 * @param attempts attempts without progress after which a job counts as poison
 * @param owner whether the topic is this queue's alone, and nobody else reads it, so that records
 *     may be deleted once the group is done with them
 * @param stopWithin time that running jobs have to hand back their work when the queue is closed;
 *     it bounds the jobs, and {@code topiary.stop.within} the process
 */
public record JobQueueSettings(
    String group, int slots, boolean owner, int attempts, Duration stopWithin) {

  private static final int ATTEMPTS = 10;
  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);

  public JobQueueSettings {
    if (group.isBlank() || slots < 1 || attempts < 1 || stopWithin.isNegative()) {
      throw new IllegalArgumentException(
          "a group, a slot, an attempt and no negative time are needed, not %s, %d, %d, %s"
              .formatted(group, slots, attempts, stopWithin));
    }
  }

  /** A queue on a log that others read, too. */
  public static JobQueueSettings onLog(String group, int slots) {
    return new JobQueueSettings(group, slots, false, ATTEMPTS, STOP_WITHIN);
  }

  /** A queue on a topic of its own. */
  public static JobQueueSettings onOwnTopic(String group, int slots) {
    return new JobQueueSettings(group, slots, true, ATTEMPTS, STOP_WITHIN);
  }

  /** The same with another time for running jobs to hand back their work. */
  public JobQueueSettings stoppingWithin(Duration time) {
    return new JobQueueSettings(group, slots, owner, attempts, time);
  }
}
