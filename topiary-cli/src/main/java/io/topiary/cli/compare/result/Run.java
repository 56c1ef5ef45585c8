package io.topiary.cli.compare.result;

import java.util.List;
import java.util.Optional;

/**
 * One sparse network: trained and evaluated, or failed. One that has failed says why, and nothing
 * of what was to be measured.
 *
 * @param name of the schedule or method, as options have it: {@code allr}, {@code bimp}
 * @param sparsity that was asked for
 * @param retrainEpochs after pruning, of all phases together; 0 for a method that prunes while it
 *     trains
 * @param validationAccuracy right answers over images that were held out of the training set
 * @param testAccuracy right answers over the images of the official test set
 * @param denseTestAccuracy of the dense network that it was pruned from; absent where there is none
 * @param achievedSparsity zeros over elements of the prunable tensors
 * @param theoreticalSpeedup multiply-adds of one image, all over those whose weight is not zero; a
 *     count, not a time
 * @param measured by the clock, one for each batch size that was timed
 * @param imagesPerSecond of training, loading of images excluded; where several trainings led to
 *     the network, the dense one and every phase, all their images over all their seconds
 * @param layers the prunable ones, in the order of the network
 * @param epochLoss mean training loss of every epoch; after pruning in phases, of the last
 * @param rates the learning rates that it was trained with; after pruning in phases, those of the
 *     last
 * @param checkpointId as the pipeline names it
 * @param failure one sentence that says why there is no network; absent where there is one
 */
public record Run(
    String name,
    double sparsity,
    double retrainEpochs,
    long seed,
    Optional<Double> validationAccuracy,
    Optional<Double> testAccuracy,
    Optional<Double> denseTestAccuracy,
    Optional<Double> achievedSparsity,
    Optional<Double> theoreticalSpeedup,
    List<Measured> measured,
    Optional<Double> imagesPerSecond,
    List<Layer> layers,
    List<Double> epochLoss,
    Optional<RatePlan> rates,
    Optional<String> checkpointId,
    Optional<String> failure) {

  public Run {
    measured = List.copyOf(measured);
    layers = List.copyOf(layers);
    epochLoss = List.copyOf(epochLoss);
  }

  /** One of which there is nothing but the reason. */
  public static Run failed(
      String name, double sparsity, double retrainEpochs, long seed, String why) {
    return new Run(
        name,
        sparsity,
        retrainEpochs,
        seed,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(why));
  }

  /** What was measured with so many images in a pass, if it was. */
  public Optional<Measured> measured(int batch) {
    return measured.stream().filter(any -> any.batch() == batch).findFirst();
  }
}
