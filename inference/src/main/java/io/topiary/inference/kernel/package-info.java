/** What a compiled network consists of at the bottom: loops over weights, and their operands. */
@NullMarked
package io.topiary.inference.kernel;

import org.jspecify.annotations.NullMarked;
