/** The command line: one verb, one class. */
@NullMarked
package io.topiary.cli;

import org.jspecify.annotations.NullMarked;
