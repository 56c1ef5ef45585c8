/** Checkpoints become evaluations: accuracy, sparsity, FLOPs, bytes, stability. */
@NullMarked
package io.topiary.evaluator;

import org.jspecify.annotations.NullMarked;
