/** Immutable files, named by what they hold, and the one place where a result is committed. */
@NullMarked
package io.topiary.runtime.artifact;

import org.jspecify.annotations.NullMarked;
