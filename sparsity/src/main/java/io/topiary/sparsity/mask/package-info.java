/** Which weights of a network are alive, one bit each. */
@NullMarked
package io.topiary.sparsity.mask;

import org.jspecify.annotations.NullMarked;
