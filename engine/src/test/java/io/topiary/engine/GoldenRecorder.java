package io.topiary.engine;

import io.topiary.sparsity.network.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Keeps the loss of every iteration of a run, and snapshots after some. */
final class GoldenRecorder implements TrainingListener {
  private final Set<Integer> iterations;
  private final List<Double> losses = new ArrayList<>();
  private final Map<Integer, Snapshot> snapshots = new LinkedHashMap<>();

  GoldenRecorder(Set<Integer> iterations) {
    this.iterations = iterations;
  }

  @Override
  public boolean onIteration(TrainingProgress progress) {
    return losses.add(progress.loss());
  }

  @Override
  public boolean onIteration(TrainingProgress progress, Supplier<Snapshot> snapshot) {
    if (iterations.contains(progress.iteration())) {
      snapshots.put(progress.iteration(), snapshot.get());
    }
    return onIteration(progress);
  }

  /** By the number of iterations done. */
  Map<Integer, Snapshot> snapshots() {
    return snapshots;
  }

  /** Largest difference of a loss. */
  double lossOff(Golden golden) {
    return golden.off("loss", losses.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Largest difference of an element of weights, statistics and momentum in all snapshots. */
  double tensorOff(Golden golden) {
    double off = 0;
    for (Snapshot snapshot : snapshots.values()) {
      for (Parameter parameter : snapshot.network().parameters()) {
        String name = snapshot.iteration() + "/weights/" + parameter.name();
        off = Math.max(off, golden.off(name, snapshot.weights().values(parameter)));
      }
      for (Parameter parameter : snapshot.network().trainable()) {
        String name = snapshot.iteration() + "/momentum/" + parameter.name();
        off = Math.max(off, golden.off(name, snapshot.momentum().values(parameter)));
      }
    }
    return off;
  }
}
