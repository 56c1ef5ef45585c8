package io.topiary.cli.options;

import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.schedule.DenseSchedule;
import java.util.Optional;

/**
 * How a network is to be trained. One that exists makes sense in itself.
 *
 * @param learningRate peak of the dense training, eta_1; absent for what suits the network
 * @param shape of its rates
 * @param weightDecay absent for what suits the network
 * @param momentum absent for what suits the method
 */
public record TrainingRequest(
    int batchSize,
    Optional<Double> learningRate,
    DenseShape shape,
    Optional<Double> weightDecay,
    Optional<Double> momentum,
    long seed) {

  /** Of stochastic gradient descent, where nothing else is asked for. */
  public static final double USUAL_MOMENTUM = 0.9;

  /** What a network trains well with in some ten short epochs. */
  private record Suitable(double learningRate, double weightDecay) {

    private static final Suitable WITH_BATCH_NORM = new Suitable(0.4, 2e-3);
    private static final Suitable WITHOUT = new Suitable(0.05, 5e-4);

    /** BatchNorm makes the scale of the weights before it immaterial, and large steps safe. */
    static Suitable of(Network network) {
      var normalised =
          network.nodes().stream().anyMatch(node -> node.operator() instanceof BatchNormalization);
      return normalised ? WITH_BATCH_NORM : WITHOUT;
    }
  }

  /** The same with another seed. */
  public TrainingRequest withSeed(long other) {
    return new TrainingRequest(batchSize, learningRate, shape, weightDecay, momentum, other);
  }

  /** The same with another momentum. */
  public TrainingRequest withMomentum(double other) {
    return new TrainingRequest(
        batchSize, learningRate, shape, weightDecay, Optional.of(other), seed);
  }

  /** The rates of the dense training. */
  public DenseSchedule rates(Network network, int iterations) {
    var peak = learningRate.orElseGet(() -> Suitable.of(network).learningRate());
    return shape.rates(peak, iterations);
  }

  public double weightDecay(Network network) {
    return weightDecay.orElseGet(() -> Suitable.of(network).weightDecay());
  }
}
