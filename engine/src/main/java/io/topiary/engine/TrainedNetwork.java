package io.topiary.engine;

import java.util.List;

/**
 * What a training run yields.
 *
 * @param weights the network after the last iteration; exactly 0 wherever the run's mask is 0
 * @param momentum the optimiser's buffers after the last iteration, for a run that goes on from
 *     here; 0 wherever the run's mask is 0
 * @param epochLoss mean training loss of each epoch, a last incomplete one included
 * @param imagesPerSecond training throughput, the filling of batches aside; 0 if there was nothing
 *     to do
 */
public record TrainedNetwork(
    Weights weights, Momentum momentum, List<Double> epochLoss, double imagesPerSecond) {

  public TrainedNetwork {
    epochLoss = List.copyOf(epochLoss);
  }
}
