package io.topiary.engine;

/** A training run that ended early because its listener asked for it. */
public final class TrainingStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TrainingStoppedException(int done, int iterations) {
    super("Training was stopped after %d of %d iterations.".formatted(done, iterations));
  }
}
