/** Loops over the incubating Vector API, compiled by themselves. */
@NullMarked
package io.topiary.benchmarks.inference.vector;

import org.jspecify.annotations.NullMarked;
