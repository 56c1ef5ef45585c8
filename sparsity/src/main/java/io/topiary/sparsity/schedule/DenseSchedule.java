package io.topiary.sparsity.schedule;

/** A schedule that stands on its own; after its warm-up it never rises. */
public sealed interface DenseSchedule extends LearningRateSchedule
    permits LinearDecay, StepDecay, CosineDecay, OneCycle {

  /** The rule that it follows. */
  DenseRule rule();
}
