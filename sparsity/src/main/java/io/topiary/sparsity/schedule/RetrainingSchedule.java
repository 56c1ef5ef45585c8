package io.topiary.sparsity.schedule;

/** A schedule for the epochs after pruning, derived from the dense training before it. */
public sealed interface RetrainingSchedule extends LearningRateSchedule permits Allr {}
