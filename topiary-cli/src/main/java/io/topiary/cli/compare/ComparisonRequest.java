package io.topiary.cli.compare;

import io.topiary.cli.compare.experiment.Experiment;
import io.topiary.cli.compare.experiment.Identity;
import io.topiary.cli.compare.result.Kind;
import io.topiary.runtime.artifact.ArtifactStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A comparison that was found possible.
 *
 * @param command as it was typed
 * @param model what its models are called, before the seed
 * @param settings what the results depend on, by option
 * @param timing for how long each network is timed at each batch size
 */
record ComparisonRequest(
    Kind kind,
    String command,
    String model,
    Map<String, String> settings,
    List<Long> seeds,
    Duration timing,
    Plan plan) {

  /** What is to be made. */
  @FunctionalInterface
  interface Plan {
    Experiment experiment(Identity identity, ArtifactStore artifacts);
  }
}
