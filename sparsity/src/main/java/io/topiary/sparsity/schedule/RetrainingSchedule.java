package io.topiary.sparsity.schedule;

/** A schedule for the epochs after pruning, derived from the dense training before it. */
public sealed interface RetrainingSchedule extends LearningRateSchedule
    permits Ft, Lrw, Slr, Clr, Llr, Allr {

  /** The rule that it follows. */
  RetrainingRule rule();

  /**
   * {@code W = floor(n / 10)}, for all but FT and LRW.
   *
   * <p>Source: the implementation of Zimmer, Spiegel and Pokutta, 2023, How I Learned to Stop
   * Worrying and Love Retraining, ICLR (arXiv 2111.00843).
   */
  @Override
  default int warmUp() {
    return iterations() / 10;
  }
}
