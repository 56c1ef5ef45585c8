package io.topiary.cli.options;

/** How long is retrained; may be fractional throughout. */
public sealed interface RetrainingEpochs {

  /** The number of epochs that was asked for, whatever it counts. */
  double epochs();

  /** The same in every phase. */
  record PerPhase(double epochs) implements RetrainingEpochs {}

  /** Split over the phases, what is left over to the last. */
  record Total(double epochs) implements RetrainingEpochs {}

  /** Dense training and all retraining together. */
  record Budget(double epochs) implements RetrainingEpochs {}
}
