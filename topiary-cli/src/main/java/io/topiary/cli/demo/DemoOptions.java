package io.topiary.cli.demo;

import io.topiary.runtime.StartException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the demo is asked to do. One that exists makes sense in itself; whether there is such a
 * network or data set is found out by opening it.
 *
 * @param width channels of the network's first stage; 0 for its default
 * @param sparsities each above 0 and below 1, all different
 * @param epochs of dense training; may be fractional
 * @param retrainEpochs of each retraining; may be fractional
 * @param learningRate peak of the dense run, eta_1; absent for what suits the network
 * @param weightDecay absent for what suits the network
 * @param dir where runs keep what they make
 * @param httpPort of the metrics page; 0 takes any free one
 */
record DemoOptions(
    String network,
    int width,
    String data,
    List<Double> sparsities,
    double epochs,
    double retrainEpochs,
    int batchSize,
    Optional<Double> learningRate,
    Optional<Double> weightDecay,
    long seed,
    Path dir,
    int httpPort,
    boolean quiet) {

  DemoOptions {
    sparsities = List.copyOf(sparsities);
    for (var sparsity : sparsities) {
      require(
          sparsity > 0 && sparsity < 1,
          "--sparsity has %s, but a sparsity should be above 0 and below 1, for example 0.9.",
          sparsity);
    }
    require(!sparsities.isEmpty(), "--sparsity should name at least one sparsity.%s", "");
    require(
        sparsities.stream().distinct().count() == sparsities.size(),
        "--sparsity is %s, but each sparsity should be named once.",
        sparsities);
    requirePositive("--epochs", epochs);
    requirePositive("--retrain-epochs", retrainEpochs);
    learningRate.ifPresent(rate -> requirePositive("--learning-rate", rate));
    weightDecay.ifPresent(
        decay ->
            require(
                decay >= 0 && Double.isFinite(decay),
                "--weight-decay is %s, but it should be at least 0.",
                decay));
    require(batchSize >= 1, "--batch-size is %s, but it should be at least 1.", batchSize);
    requireOneFolder("--dir", dir.toString());
    requireOneFolder("--data", data);
    require(
        httpPort >= 0 && httpPort <= 65_535,
        "--http-port is %s, but it should be between 0 and 65535.",
        httpPort);
  }

  /** Kafka's log.dirs and our own data folders are lists. */
  private static void requireOneFolder(String option, String path) {
    require(
        path.indexOf(',') < 0,
        option + " is %s, but it should be one folder, with no comma in its name.",
        path);
  }

  private static void requirePositive(String option, double value) {
    require(
        value > 0 && Double.isFinite(value), option + " is %s, but it should be above 0.", value);
  }

  private static void require(boolean condition, String sentence, Object value) {
    if (!condition) {
      throw new StartException(sentence.formatted(value));
    }
  }
}
