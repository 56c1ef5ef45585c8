/** Figures in columns. */
@NullMarked
package io.topiary.cli.text;

import org.jspecify.annotations.NullMarked;
