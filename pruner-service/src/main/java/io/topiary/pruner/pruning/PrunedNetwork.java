package io.topiary.pruner.pruning;

import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.TrainingJob;

/**
 * A network just after one phase's pruning, and what is to become of it.
 *
 * @param checkpoint the weights that the phase started from, with its mask; stage PRUNED
 * @param job the retraining, with its learning rates in full
 * @param sparsity zeros over elements of the prunable tensors: after the last phase the target, but
 *     for rounding and for what a fixed share per phase goes beyond it
 */
public record PrunedNetwork(Checkpoint checkpoint, TrainingJob job, double sparsity) {}
