/** Pruning in plain Java: what it works on, what it decides, and how that is written down. */
@NullMarked
package io.topiary.sparsity;

import org.jspecify.annotations.NullMarked;
