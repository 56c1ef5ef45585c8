package io.topiary.engine;

import io.topiary.engine.data.Augmentation;
import io.topiary.engine.data.Images;
import io.topiary.engine.sparsifier.Layout;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Keep;
import io.topiary.engine.sparsifier.Sparsification.Length;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.engine.sparsifier.Sparsifier;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.schedule.LearningRateSchedule;
import java.util.Map;
import java.util.Optional;

/**
 * Training or retraining, described in full: the same run from the same weights and momentum yields
 * the same, bit for bit, on the same kind of CPU, interrupted or not. Runs on different threads do
 * not disturb each other.
 *
 * @param images what is trained on; every epoch goes through all of them in a new order, and its
 *     last batch may be smaller than the others
 * @param augmentation what is done to the images, anew in every epoch
 * @param schedule says how many iterations there are, and the learning rate of each
 * @param batchSize images per iteration
 * @param sgd the optimiser
 * @param sparsification which weights stay 0, or become 0
 * @param seed decides the order of the images and what augmentation draws
 * @param computing what it computes with
 */
public record TrainingRun(
    Images images,
    Augmentation augmentation,
    LearningRateSchedule schedule,
    int batchSize,
    Sgd sgd,
    Sparsification sparsification,
    long seed,
    Computing computing) {

  /**
   * @throws io.topiary.engine.data.DataSetException if the images are too small for the
   *     augmentation
   */
  public TrainingRun {
    EngineInputException.requireBatchSize(batchSize);
    if (images.size() < 1) {
      throw new EngineInputException(
          "There are %d images; it takes at least 1 to train.".formatted(images.size()));
    }
    augmentation.requireFit(images.shape());
  }

  /** Without augmentation. */
  public TrainingRun(
      Images images,
      LearningRateSchedule schedule,
      int batchSize,
      Sgd sgd,
      Sparsification sparsification,
      long seed,
      Computing computing) {
    this(images, Augmentation.none(), schedule, batchSize, sgd, sparsification, seed, computing);
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
   *     another network, if BatchNorm would have to normalise a batch of a single value, or if the
   *     device is not there
   */
  public TrainedNetwork run(Weights start, Optional<Momentum> momentum, TrainingListener listener) {
    momentum.ifPresent(given -> EngineInputException.requireFit(start.network(), given));
    Momentum buffers = momentum.orElseGet(() -> Momentum.none(start.network()));
    return goOn(
        new Snapshot(
            0, enforceMask(start), enforceMask(buffers), Map.of(), EpochLosses.State.NOTHING),
        listener);
  }

  /**
   * Trains on from where this very run was when the snapshot was made, on the calling thread.
   *
   * @throws io.topiary.sparsity.InvalidInputException also if the snapshot is not one of this run,
   *     see {@link #requireFit}
   */
  public TrainedNetwork resume(Snapshot snapshot, TrainingListener listener) {
    requireFit(snapshot);
    return goOn(snapshot, listener);
  }

  /**
   * Makes sure that this run can go on from the snapshot: its iterations and losses are those of a
   * run as long as this, its method remembers what this one's does, and its numbers are finite.
   *
   * @throws io.topiary.sparsity.InvalidInputException if not
   */
  public void requireFit(Snapshot snapshot) {
    int done = snapshot.iteration();
    if (done < 0 || done > schedule.iterations()) {
      throw new EngineInputException(
          "The snapshot was made after %d iterations; the run has only %d."
              .formatted(done, schedule.iterations()));
    }
    snapshot.requireFinite();
    boolean ended = done == schedule.iterations();
    snapshot
        .losses()
        .requireFit(
            ended ? (done + perEpoch() - 1) / perEpoch() : done / perEpoch(),
            ended ? 0 : done % perEpoch() * batchSize);
    if (done > 0) {
      begin(Layout.of(snapshot.network())).restore(snapshot.method());
    }
  }

  /** The method at the start of this run. */
  Sparsifier begin(Layout layout) {
    Length length = new Length(schedule.iterations(), perEpoch());
    return sparsification.begin(layout, length, sgd.weightDecay());
  }

  private int perEpoch() {
    return (images.size() - 1) / batchSize + 1;
  }

  private TrainedNetwork goOn(Snapshot snapshot, TrainingListener listener) {
    EngineInputException.requireFit(snapshot.network(), images);
    EngineInputException.requireVariance(snapshot.network(), images, batchSize);
    computing.requirePresent();
    try (TorchSession session = TorchSession.withGradients(computing);
        Batches batches = Batches.training(session, this)) {
      TrainingLoop loop = new TrainingLoop(session, this, batches, snapshot);
      loop.run(listener);
      return finish(loop, listener);
    }
  }

  private TrainedNetwork finish(TrainingLoop loop, TrainingListener listener) {
    TrainingLoop.End end = loop.end();
    // Makes 0 of the -0 that a negative number times 0 left behind.
    Weights weights = enforceMask(end.weights());
    if (end.pruned() > 0) {
      weights = refreshed(weights, listener);
    }
    return new TrainedNetwork(
        weights,
        enforceMask(loop.momentum()),
        sparsification instanceof None ? Optional.empty() : Optional.of(maskOf(weights)),
        weights.sparsity(),
        end.pruned(),
        loop.losses().done(),
        loop.imagesPerSecond());
  }

  /** The mask that is kept; empty where weights are pruned on the way, or not at all. */
  public Optional<Mask> mask() {
    return sparsification instanceof Keep keep ? Optional.of(keep.mask()) : Optional.empty();
  }

  /** BatchNorm's statistics still describe the network before its last pruning. */
  private Weights refreshed(Weights weights, TrainingListener listener) {
    return BatchNormRefresh.refresh(
        weights,
        images,
        batchSize,
        computing,
        imagesDone -> {
          if (!listener.goOn()) {
            throw new TrainingStoppedException(schedule.iterations(), schedule.iterations());
          }
        });
  }

  private Mask maskOf(Weights weights) {
    return mask().orElseGet(weights::nonZero);
  }

  private Weights enforceMask(Weights weights) {
    return mask().map(weights::masked).orElse(weights);
  }

  private Momentum enforceMask(Momentum momentum) {
    return mask().map(momentum::masked).orElse(momentum);
  }
}
