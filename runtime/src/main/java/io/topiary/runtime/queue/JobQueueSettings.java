package io.topiary.runtime.queue;

import java.time.Duration;

/**
 * How a queue is worked on.
 *
 * @param group name of the share group; all workers of the same kind belong to one
 * @param slots jobs worked on side by side in this process
 * @param attempts attempts without progress after which a job counts as poison
 * @param stopWithin time that running jobs have to hand back their work when the queue is closed
 */
public record JobQueueSettings(String group, int slots, int attempts, Duration stopWithin) {

  private static final int ATTEMPTS = 10;
  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);

  public JobQueueSettings {
    if (group.isBlank() || slots < 1 || attempts < 1 || stopWithin.isNegative()) {
      throw new IllegalArgumentException(
          "a group, a slot, an attempt and no negative time are needed, not %s, %d, %d, %s"
              .formatted(group, slots, attempts, stopWithin));
    }
  }

  public JobQueueSettings(String group, int slots) {
    this(group, slots, ATTEMPTS, STOP_WITHIN);
  }
}
