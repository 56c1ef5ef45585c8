/**
 * Immutable files, named by what they hold, the one place where a result is committed, and the
 * snapshots that jobs go on from.
 */
@NullMarked
package io.topiary.runtime.artifact;

import org.jspecify.annotations.NullMarked;
