/** Asking services how they are. */
@NullMarked
package io.topiary.cli.health;

import org.jspecify.annotations.NullMarked;
