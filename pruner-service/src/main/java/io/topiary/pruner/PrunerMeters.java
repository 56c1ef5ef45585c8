package io.topiary.pruner;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.topiary.pruner.pruning.PrunedNetwork;
import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.runtime.streams.PoisonException;
import io.topiary.runtime.telemetry.Labels;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Result;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What the pruner counts and measures, besides what Kafka Streams does by itself. */
final class PrunerMeters {

  private final MeterRegistry registry;
  private final Timer mask;
  private final Counter jobsSentAgain;

  /** Sparsity of the newest mask that a plan ends with, by the labels of its fleet. */
  private final Map<Tags, Double> sparsities = new ConcurrentHashMap<>();

  PrunerMeters(MeterRegistry registry, Backlog backlog) {
    this.registry = registry;
    List.of(Topics.POLICIES, Topics.CONTROLS, Topics.CHECKPOINTS, Topics.OUTCOMES)
        .forEach(topic -> DeadLetters.counter(registry, topic));
    this.mask =
        Timer.builder("topiary.pruner.mask")
            .description(
                "Time to prune one network for one plan: to read weights, choose those that go, and"
                    + " store the mask, unless another plan has had the same")
            .register(registry);
    this.jobsSentAgain =
        Counter.builder("topiary.pruner.jobs.resent")
            .description("Retrainings sent again because nothing was heard of them")
            .register(registry);
    Gauge.builder("topiary.pruner.backlog", backlog, Backlog::waiting)
        .description("Plans whose retraining waits for room (waiting) or is out (retraining)")
        .tag("state", "waiting")
        .register(registry);
    Gauge.builder("topiary.pruner.backlog", backlog, Backlog::retraining)
        .description("Plans whose retraining waits for room (waiting) or is out (retraining)")
        .tag("state", "retraining")
        .register(registry);
  }

  /** Counts a dead letter; to be thrown. */
  PoisonException poison(Topic<?> topic, Exception why) {
    DeadLetters.counter(registry, topic).increment();
    return new PoisonException(topic, why);
  }

  PrunedNetwork pruning(Supplier<PrunedNetwork> pruning) {
    return mask.record(pruning);
  }

  /** Shows the masks of last phases only: the label says the sparsity that the plan ends with. */
  void pruned(PrunedNetwork network) {
    var job = network.job();
    // At 0 while the plan runs, so that its end is a step.
    Labels.RESULTS.forEach(
        result -> plans(job.getLineage(), job.getRecipe(), job.getTargetSparsity(), result));
    if (job.getLineage().getPhase() < job.getLineage().getPhases()) {
      return;
    }
    var labels = Labels.of(job.getLineage(), job.getRecipe(), job.getTargetSparsity());
    if (sparsities.put(labels, network.sparsity()) == null) {
      Gauge.builder("topiary.pruner.sparsity", sparsities, all -> all.getOrDefault(labels, 0.0))
          .description("Sparsity of the newest mask that a plan ends with")
          .tags(labels)
          .register(registry);
    }
  }

  void planEnded(Lineage lineage, Recipe recipe, double targetSparsity, Result result) {
    plans(lineage, recipe, targetSparsity, result).increment();
  }

  void jobSentAgain() {
    jobsSentAgain.increment();
  }

  private Counter plans(Lineage lineage, Recipe recipe, double targetSparsity, Result result) {
    return Counter.builder("topiary.pruner.plans")
        .description("Plans that have ended")
        .tags(Labels.of(lineage, recipe, targetSparsity))
        .tag("result", Labels.value(result))
        .register(registry);
  }
}
