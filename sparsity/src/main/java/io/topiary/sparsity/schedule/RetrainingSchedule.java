package io.topiary.sparsity.schedule;

/** A schedule for the epochs after pruning, derived from the dense training before it. */
public sealed interface RetrainingSchedule extends LearningRateSchedule
    permits Ft, Lrw, Slr, Clr, Llr, Allr {

  /** The rule that it follows. */
  RetrainingRule rule();

  /** W: a tenth of the iterations, rounded down. */
  @Override
  default int warmUp() {
    return iterations() / 10;
  }
}
