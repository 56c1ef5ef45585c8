/** A network's weights in a file: what PyTorch would save of the same network. */
@NullMarked
package io.topiary.sparsity.checkpoint;

import org.jspecify.annotations.NullMarked;
