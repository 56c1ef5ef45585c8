package io.topiary.engine;

import io.topiary.sparsity.mask.Mask;
import java.util.List;
import java.util.Optional;

/**
 * What a training run yields.
 *
 * @param weights the network after the last iteration; exactly 0 wherever the mask is 0
 * @param momentum the optimiser's buffers after the last iteration, for a run that goes on from
 *     here; 0 wherever the mask is 0
 * @param mask the mask that was kept, or the one that the run's method arrived at; empty after
 *     dense training
 * @param sparsity zeros over elements of the prunable tensors
 * @param prunedInTheEnd how many weights a method that ended with too many lost at once after the
 *     last iteration, whereupon BatchNorm's statistics were refreshed
 * @param epochLoss mean training loss of each epoch, a last incomplete one included
 * @param imagesPerSecond training throughput, the filling of batches aside; 0 if there was nothing
 *     to do
 */
public record TrainedNetwork(
    Weights weights,
    Momentum momentum,
    Optional<Mask> mask,
    double sparsity,
    long prunedInTheEnd,
    List<Double> epochLoss,
    double imagesPerSecond) {

  public TrainedNetwork {
    epochLoss = List.copyOf(epochLoss);
  }
}
