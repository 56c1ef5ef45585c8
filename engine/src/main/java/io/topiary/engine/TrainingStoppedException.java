package io.topiary.engine;

/** A training run that ended early because its listener asked for it. */
public final class TrainingStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TrainingStoppedException(TrainingProgress progress) {
    super(
        "Training was stopped after %d of %d iterations."
            .formatted(progress.iteration(), progress.iterations()));
  }
}
