/** Figures and reasons in words, and rows in columns. */
@NullMarked
package io.topiary.cli.text;

import org.jspecify.annotations.NullMarked;
