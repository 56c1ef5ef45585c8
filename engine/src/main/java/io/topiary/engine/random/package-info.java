/** Reproducible randomness: the same numbers on every Java version and machine. */
@NullMarked
package io.topiary.engine.random;

import org.jspecify.annotations.NullMarked;
