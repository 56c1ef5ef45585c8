package io.topiary.engine;

import java.util.function.Supplier;

/** Follows a training run, on the thread that trains. */
@FunctionalInterface
public interface TrainingListener {

  /**
   * Called after every iteration.
   *
   * @return whether to go on; {@code false} ends the run with a {@link TrainingStoppedException}
   */
  boolean onIteration(TrainingProgress progress);

  /**
   * Called after every iteration, for listeners that keep snapshots.
   *
   * @param snapshot makes one of the run as it stands; it is of use during the call only
   * @return whether to go on; {@code false} ends the run with a {@link TrainingStoppedException}
   */
  default boolean onIteration(TrainingProgress progress, Supplier<Snapshot> snapshot) {
    return onIteration(progress);
  }

  /**
   * Asked time and again by what follows the last iteration: the refresh of BatchNorm's statistics
   * after a last pruning.
   *
   * @return whether to go on; {@code false} ends the run with a {@link TrainingStoppedException}
   */
  default boolean goOn() {
    return true;
  }
}
