package io.topiary.cli.demo;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.options.DataOptions;
import io.topiary.cli.options.PruningRequest;
import io.topiary.cli.options.TrainingRequest;
import java.nio.file.Path;

/**
 * What the demo is asked to do, in order in itself.
 *
 * @param dataDir folder in which the data set is a folder of its name; of no account for a data set
 *     that is shipped or installed
 * @param dir where runs keep what they make
 * @param httpPort of the page; 0 takes any free one
 * @param keep whether the page stays after the table, until the run is told to stop
 */
record DemoOptions(
    PruningRequest pruning,
    TrainingRequest training,
    Path dataDir,
    Path dir,
    int httpPort,
    boolean keep) {

  DemoOptions {
    DataOptions.requireOneFolder("--dir", dir.toString());
    require(
        pruning.sparsities().stream().allMatch(sparsity -> sparsity > 0),
        "--sparsity has 0, at which there is nothing to prune; it should be above 0 and below 1,"
            + " for example 0.9.");
    require(
        httpPort >= 0 && httpPort <= 65_535,
        "--http-port is %d, but it should be between 0 and 65535.",
        httpPort);
  }
}
