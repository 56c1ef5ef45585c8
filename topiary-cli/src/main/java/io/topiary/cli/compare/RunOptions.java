package io.topiary.cli.compare;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.cluster.Cluster;
import io.topiary.cli.cluster.ClusterException;
import io.topiary.cli.options.DataOptions;
import io.topiary.cli.options.Subject;
import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.sparsity.network.NetworkSource.BuiltIn;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a comparison is run, which its results do not depend on.
 *
 * @param dir where it keeps all that it makes
 * @param dataDir folder in which the data set is a folder of its name
 * @param slots jobs trained side by side
 * @param httpPort of the page; 0 takes any free one
 * @param json whether the result is printed as JSON
 * @param cluster where the services run; absent where this process runs them itself
 */
record RunOptions(
    Path dir,
    Path dataDir,
    int slots,
    int httpPort,
    boolean json,
    Optional<KafkaSettings> cluster) {

  private static final int MOST_SLOTS = 1_000;

  RunOptions {
    DataOptions.requireOneFolder("--dir", dir.toString());
    require(!dir.toString().isEmpty(), "--dir is empty; it should name a folder.");
    require(
        slots >= 1 && slots <= MOST_SLOTS,
        "--slots is %d, but it should be between 1 and %d.",
        slots,
        MOST_SLOTS);
    require(
        httpPort >= 0 && httpPort <= 65_535,
        "--http-port is %d, but it should be between 0 and 65535.",
        httpPort);
  }

  /**
   * Refuses a cluster that is not there, and a network that its trainers cannot know.
   *
   * @throws StartException with what was tried
   */
  void requireReachable(Subject subject) throws InterruptedException {
    if (cluster.isEmpty()) {
      return;
    }
    require(
        subject.source() instanceof BuiltIn,
        "--network is a graph of your own, but with --bootstrap-servers it should be one by name:"
            + " the trainers there have another artifact store than this process.");
    try {
      Cluster.requireThere(cluster.orElseThrow());
    } catch (ClusterException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }
}
