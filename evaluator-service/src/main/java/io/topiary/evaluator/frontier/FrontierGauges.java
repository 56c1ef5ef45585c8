package io.topiary.evaluator.frontier;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.topiary.schemas.FrontierPoint;
import io.topiary.schemas.FrontierSample;
import io.topiary.schemas.MeasuredSample;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.streams.processor.TaskId;

/**
 * What Prometheus sees of the frontier: of every group the network that was made last, whichever
 * was evaluated last. A group's gauges are in the process that owns its partition and in no other,
 * so replicas never contradict each other.
 */
final class FrontierGauges {

  /** One gauge of a network: its name, what it says, and the labels that it has besides. */
  private record Figure(String name, String help, Tags labels) {}

  private final MeterRegistry registry;
  private final Map<TaskId, Map<Group, Shown>> tasks = new HashMap<>();

  FrontierGauges(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Shows a group of the task, or withdraws it when it has no point any more. */
  synchronized void show(TaskId task, Group group, Optional<FrontierPoint> point) {
    var groups = tasks.computeIfAbsent(task, of -> new HashMap<>());
    point.ifPresentOrElse(
        of -> groups.computeIfAbsent(group, Shown::new).update(of.getNewest()),
        () -> Optional.ofNullable(groups.remove(group)).ifPresent(Shown::withdraw));
  }

  /** The task is about to move elsewhere, or to begin anew. */
  synchronized void withdraw(TaskId task) {
    Optional.ofNullable(tasks.remove(task))
        .ifPresent(groups -> groups.values().forEach(Shown::withdraw));
  }

  private static Map<Figure, ToDoubleFunction<FrontierSample>> figures(FrontierSample network) {
    var figures = new HashMap<Figure, ToDoubleFunction<FrontierSample>>();
    figures.put(
        new Figure(
            "topiary.accuracy",
            "top-1 accuracy on the test images, of the newest network",
            Tags.empty()),
        FrontierSample::getTestAccuracy);
    figures.put(
        new Figure(
            "topiary.validation.accuracy",
            "top-1 accuracy on the validation images, of the newest network: decides, where the"
                + " test images only report",
            Tags.empty()),
        FrontierSample::getValidationAccuracy);
    figures.put(
        new Figure(
            "topiary.sparsity",
            "zeros over elements of the prunable tensors, of the newest network",
            Tags.empty()),
        FrontierSample::getSparsity);
    figures.put(
        new Figure(
            "topiary.theoretical.speedup",
            "FLOPs of the dense network over those of this one, of the newest network; not a time",
            Tags.empty()),
        FrontierSample::getTheoreticalSpeedup);
    network
        .getStability()
        .ifPresent(
            stability ->
                figures.put(
                    new Figure(
                        "topiary.stability",
                        "accuracy just after the last pruning over accuracy of the dense network,"
                            + " of the newest network",
                        Tags.empty()),
                    of -> of.getStability().orElse(Double.NaN)));
    for (var measured : network.getMeasured()) {
      var batch = measured.getBatch();
      figures.put(
          new Figure(
              "topiary.measured.speedup",
              "time of the dense network over time of this one, of the newest network",
              Tags.of("batch", String.valueOf(batch))),
          of -> measured(of, batch));
    }
    return figures;
  }

  private static double measured(FrontierSample network, int batch) {
    return network.getMeasured().stream()
        .filter(measured -> measured.getBatch() == batch)
        .mapToDouble(MeasuredSample::getSpeedup)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** The gauges of one group. */
  private final class Shown {

    private final List<Tag> labels;
    private final Map<Figure, Gauge> gauges = new HashMap<>();
    private volatile Optional<FrontierSample> network = Optional.empty();

    private Shown(Group group) {
      labels = group.labels().stream().toList();
    }

    private void update(FrontierSample newest) {
      network = Optional.of(newest);
      var figures = figures(newest);
      var gone = new HashMap<>(gauges);
      gone.keySet().removeAll(figures.keySet());
      gone.values().forEach(registry::remove);
      gauges.keySet().removeAll(gone.keySet());
      figures.forEach(
          (figure, value) -> gauges.computeIfAbsent(figure, added -> register(added, value)));
    }

    private void withdraw() {
      gauges.values().forEach(registry::remove);
      gauges.clear();
    }

    private Gauge register(Figure figure, ToDoubleFunction<FrontierSample> value) {
      return Gauge.builder(
              figure.name(),
              this,
              shown -> shown.network.stream().mapToDouble(value).findFirst().orElse(Double.NaN))
          .description(figure.help())
          .tags(labels)
          .tags(figure.labels())
          .strongReference(true)
          .register(registry);
    }
  }
}
