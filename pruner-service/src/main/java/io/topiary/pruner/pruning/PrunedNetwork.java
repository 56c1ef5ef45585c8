package io.topiary.pruner.pruning;

import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.TrainingJob;

/**
 * A network just after pruning, and what is to become of it.
 *
 * @param checkpoint the dense parent's weights with the mask; stage PRUNED
 * @param job the retraining, with its learning rates in full
 * @param sparsity zeros over elements of the prunable tensors: the target, but for rounding
 */
public record PrunedNetwork(Checkpoint checkpoint, TrainingJob job, double sparsity) {}
