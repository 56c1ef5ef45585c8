package io.topiary.cli.compare.result;

import java.util.List;
import java.util.Optional;

/**
 * A dense network, trained and evaluated.
 *
 * @param validationAccuracy right answers over images that were held out of the training set
 * @param testAccuracy right answers over the images of the official test set
 * @param rates the learning rates that it was trained with
 * @param epochLoss mean training loss of every epoch
 * @param imagesPerSecond of training, loading of images excluded
 * @param checkpointId as the pipeline names it
 */
public record DenseResult(
    long seed,
    double validationAccuracy,
    double testAccuracy,
    double epochs,
    RatePlan rates,
    List<Double> epochLoss,
    Optional<Double> imagesPerSecond,
    String checkpointId) {

  public DenseResult {
    epochLoss = List.copyOf(epochLoss);
  }
}
