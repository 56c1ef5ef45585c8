package io.topiary.cli.compare.experiment;

import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.TrainingJob;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;

/**
 * All networks of a comparison.
 *
 * @param dense one for each seed, if any are pruned
 * @param trials in the order of the table: by name, sparsity, epochs of retraining and seed
 */
public record Experiment(List<DenseTraining> dense, List<Trial> trials) {

  public Experiment {
    dense = List.copyOf(dense);
    trials = List.copyOf(trials);
  }

  /**
   * The jobs that start from scratch, seed by seed, so that something can be compared before all is
   * done; the others are the pruner's to send.
   */
  public List<TrainingJob> jobs() {
    return Stream.concat(
            dense.stream().map(DenseTraining::job),
            trials.stream()
                .filter(Trial.Sparse.class::isInstance)
                .map(trial -> ((Trial.Sparse) trial).job()))
        .sorted(Comparator.comparing(job -> job.getRecipe().getSeed()))
        .toList();
  }

  /** What the pruner is to be told, for the trials given. */
  public static Collection<PruningPolicy> policies(Collection<Trial> trials) {
    var policies = new LinkedHashMap<String, PruningPolicy>();
    for (var trial : trials) {
      if (trial instanceof Trial.Pruning pruning) {
        policies.put(pruning.policy().getName(), pruning.policy());
      }
    }
    return policies.values();
  }
}
