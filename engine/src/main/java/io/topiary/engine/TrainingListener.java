package io.topiary.engine;

/** Follows a training run, on the thread that trains. */
@FunctionalInterface
public interface TrainingListener {

  /**
   * Called after every iteration.
   *
   * @return whether to go on; {@code false} ends the run with a {@link TrainingStoppedException}
   */
  boolean onIteration(TrainingProgress progress);
}
