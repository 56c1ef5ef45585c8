/** Prunes a checkpoint file, without a broker and without a training engine. */
@NullMarked
package io.topiary.cli.prune;

import org.jspecify.annotations.NullMarked;
