/**
 * What a person at the keyboard sees and does: progress on the terminal, files on the disk, Ctrl-C.
 */
@NullMarked
package io.topiary.cli.console;

import org.jspecify.annotations.NullMarked;
