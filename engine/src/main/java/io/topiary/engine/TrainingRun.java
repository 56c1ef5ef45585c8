package io.topiary.engine;

import io.topiary.engine.data.Images;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.schedule.LearningRateSchedule;
import java.util.Optional;

/**
 * Training or retraining, described in full: the same run from the same weights and momentum yields
 * the same, bit for bit, on the same kind of CPU. Runs on different threads do not disturb each
 * other.
 *
 * @param images what is trained on; every epoch goes through all of them in a new order, and its
 *     last batch may be smaller than the others
 * @param schedule says how many iterations there are, and the learning rate of each
 * @param batchSize images per iteration
 * @param momentum of stochastic gradient descent, from 0 up to but not including 1
 * @param weightDecay added to the gradient of all parameters, biases and BatchNorm included; above
 *     0 it also switches Nesterov momentum on
 * @param mask which weights stay 0; empty for dense training
 * @param seed decides the order of the images
 */
public record TrainingRun(
    Images images,
    LearningRateSchedule schedule,
    int batchSize,
    double momentum,
    double weightDecay,
    Optional<Mask> mask,
    long seed) {

  /** Threads that a run computes with: its sums, to the last bit, depend on how many. */
  public static final int THREADS = TorchSession.THREADS;

  public TrainingRun {
    EngineInputException.requireBatchSize(batchSize);
    require(momentum >= 0 && momentum < 1, "Momentum is %s; it must be in [0, 1).", momentum);
    require(
        weightDecay >= 0 && Double.isFinite(weightDecay),
        "Weight decay is %s; it must be at least 0.",
        weightDecay);
    require(images.size() > 0, "There are %s images; it takes at least 1 to train.", images.size());
  }

  /** The same with momentum that starts empty. */
  public TrainedNetwork run(Weights start, TrainingListener listener) {
    return run(start, Optional.empty(), listener);
  }

  /**
   * Trains on the calling thread.
   *
   * @param momentum what an earlier run ended with, carried on where the mask is not 0; empty to
   *     start without
   * @throws TrainingStoppedException if the listener asked to stop
   * @throws TrainingDivergedException if loss or weights are no longer finite
   * @throws EngineInputException if the images do not fit the network, if the momentum is that of
   *     another network, or if BatchNorm would have to normalise a batch of a single value
   */
  public TrainedNetwork run(Weights start, Optional<Momentum> momentum, TrainingListener listener) {
    EngineInputException.requireFit(start.network(), images);
    EngineInputException.requireVariance(start.network(), images, batchSize);
    momentum.ifPresent(given -> EngineInputException.requireFit(start.network(), given));
    try (TorchSession session = TorchSession.withGradients()) {
      TrainedNetwork trained =
          new TrainingLoop(session, this, enforceMask(start), momentum.map(this::enforceMask))
              .run(listener);
      // Makes 0 of the -0 that a negative number times 0 left behind.
      return new TrainedNetwork(
          enforceMask(trained.weights()),
          enforceMask(trained.momentum()),
          trained.epochLoss(),
          trained.imagesPerSecond());
    }
  }

  private Weights enforceMask(Weights weights) {
    return mask.map(weights::masked).orElse(weights);
  }

  private Momentum enforceMask(Momentum momentum) {
    return mask.map(momentum::masked).orElse(momentum);
  }

  private static void require(boolean condition, String message, Object value) {
    if (!condition) {
      throw new EngineInputException(message.formatted(value));
    }
  }
}
