/** Ending jobs and plans that a pipeline is at. */
@NullMarked
package io.topiary.cli.cancel;

import org.jspecify.annotations.NullMarked;
