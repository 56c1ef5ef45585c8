/**
 * The service that decides: it joins dense checkpoints with pruning policies, and follows every
 * plan from the mask to the retrained network.
 */
@NullMarked
package io.topiary.pruner;

import org.jspecify.annotations.NullMarked;
