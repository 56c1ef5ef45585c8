package io.topiary.evaluator;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.topiary.runtime.telemetry.Labels;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Result;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All meters of a worker, besides its queue's. What it finds out about networks is shown by the
 * frontier, which knows what its siblings have found out too.
 */
final class EvaluatorMeters {

  private final MeterRegistry registry;

  /** Seconds since 1970. */
  private final AtomicLong lastDone;

  EvaluatorMeters(MeterRegistry registry) {
    this.registry = registry;
    this.lastDone = new AtomicLong(now());
    Gauge.builder("topiary.evaluation.last.timestamp", lastDone, AtomicLong::get)
        .description(
            "when this worker last finished an evaluation, or when it started, in seconds since"
                + " 1970")
        .baseUnit("seconds")
        .register(registry);
  }

  void ended(Checkpoint checkpoint, Result result) {
    // All of them at once, so that one that comes later is a step from 0.
    Labels.RESULTS.forEach(any -> jobs(checkpoint, any));
    jobs(checkpoint, result).increment();
    if (result == Result.DONE) {
      lastDone.set(now());
    }
  }

  private Counter jobs(Checkpoint checkpoint, Result result) {
    return Counter.builder("topiary.evaluation.jobs")
        .description("evaluations that have ended, by how")
        .tags(labels(checkpoint))
        .tag("result", Labels.value(result))
        .register(registry);
  }

  private long now() {
    return TimeUnit.MILLISECONDS.toSeconds(registry.config().clock().wallTime());
  }

  private static Tags labels(Checkpoint checkpoint) {
    return Labels.of(
            checkpoint.getLineage(), checkpoint.getRecipe(), checkpoint.getTargetSparsity())
        .and("stage", Labels.value(checkpoint.getStage()));
  }
}
