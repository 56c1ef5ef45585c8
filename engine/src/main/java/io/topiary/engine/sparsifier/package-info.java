/**
 * Methods that keep a network sparse, or make it sparse, while it is trained: arithmetic on rows of
 * floats, which knows nothing of the engine that computes gradients.
 */
@NullMarked
package io.topiary.engine.sparsifier;

import org.jspecify.annotations.NullMarked;
