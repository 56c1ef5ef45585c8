/** How a network gets from dense to sparse: phases of pruning and retraining, as values. */
@NullMarked
package io.topiary.sparsity.plan;

import org.jspecify.annotations.NullMarked;
