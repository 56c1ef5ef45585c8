/** How fast training is, beside the same network in Python, and whether its memory stays flat. */
@NullMarked
package io.topiary.benchmarks.training;

import org.jspecify.annotations.NullMarked;
