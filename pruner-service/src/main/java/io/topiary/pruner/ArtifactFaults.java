package io.topiary.pruner;

import io.topiary.runtime.telemetry.Health;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.processor.TaskId;

/** Tasks of this process that have parked checkpoints, and what readiness says of it. */
final class ArtifactFaults {

  private final Health.Component health;
  private final Map<TaskId, String> reasons = new HashMap<>();

  ArtifactFaults(Health.Component health) {
    this.health = health;
    health.ready();
  }

  /** The task has parked a checkpoint. */
  synchronized void away(TaskId task, String reason) {
    reasons.put(task, reason);
    health.unready(reason);
  }

  /** The task has no parked checkpoint, or no longer belongs to this process. */
  synchronized void back(TaskId task) {
    reasons.remove(task);
    reasons.values().stream().findFirst().ifPresentOrElse(health::unready, health::ready);
  }
}
