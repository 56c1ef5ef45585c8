/**
 * Runs pruned networks fast on a CPU: a graph and its weights are compiled once, and the program
 * then classifies images by any number of threads.
 */
@NullMarked
package io.topiary.inference;

import org.jspecify.annotations.NullMarked;
