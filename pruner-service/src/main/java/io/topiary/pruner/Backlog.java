package io.topiary.pruner;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.processor.TaskId;

/**
 * The plans that are open in this process, over all its tasks. Jobs are admitted by the sum, as the
 * trainers do not care which task a job comes from; what other processes of the service have sent
 * is not known here, so with several of them more jobs may be out. That costs order, nothing else.
 */
final class Backlog {

  private record Count(int waiting, int retraining) {}

  private final Map<TaskId, Count> tasks = new HashMap<>();

  synchronized void report(TaskId task, int waiting, int retraining) {
    tasks.put(task, new Count(waiting, retraining));
  }

  /** Takes one job of the task from waiting to retraining, unless the limit has been reached. */
  synchronized boolean admit(TaskId task, int limit) {
    if (retraining() >= limit) {
      return false;
    }
    tasks.merge(
        task,
        new Count(-1, 1),
        (count, change) ->
            new Count(count.waiting + change.waiting, count.retraining + change.retraining));
    return true;
  }

  /** The task has moved elsewhere, or ended. */
  synchronized void forget(TaskId task) {
    tasks.remove(task);
  }

  synchronized int waiting() {
    return tasks.values().stream().mapToInt(Count::waiting).sum();
  }

  synchronized int retraining() {
    return tasks.values().stream().mapToInt(Count::retraining).sum();
  }
}
