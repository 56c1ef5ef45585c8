/** The learning rate of every iteration, in closed form. */
@NullMarked
package io.topiary.sparsity.schedule;

import org.jspecify.annotations.NullMarked;
