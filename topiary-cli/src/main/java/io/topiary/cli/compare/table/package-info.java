/** What a comparison shows: means and spreads over seeds, and who beats whom. */
@NullMarked
package io.topiary.cli.compare.table;

import org.jspecify.annotations.NullMarked;
