/**
 * Labelled images: where they are found, how they are checked, and how batches of them are filled.
 */
@NullMarked
package io.topiary.engine.data;

import org.jspecify.annotations.NullMarked;
