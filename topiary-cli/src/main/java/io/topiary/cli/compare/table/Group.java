package io.topiary.cli.compare.table;

import io.topiary.cli.compare.result.Run;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Runs that are alike but for their seeds: one cell of a table. */
public record Group(List<Run> runs) {

  public Group {
    runs = List.copyOf(runs);
  }

  /** Test accuracy in percent, by seed, of those that there is a network of. */
  public Map<Long, Double> accuracies() {
    var bySeed = new TreeMap<Long, Double>();
    runs.forEach(run -> run.testAccuracy().ifPresent(found -> bySeed.put(run.seed(), 100 * found)));
    return bySeed;
  }

  public Optional<Spread> accuracy() {
    return Spread.of(accuracies().values());
  }

  /** Some other figure, of those that have it. */
  public Optional<Spread> spread(Function<Run, Optional<Double>> figure) {
    return Spread.of(runs.stream().flatMap(run -> figure.apply(run).stream()).toList());
  }
}
