/** How running jobs are shown to a person: bars on a terminal, plain lines elsewhere. */
@NullMarked
package io.topiary.cli.progress;

import org.jspecify.annotations.NullMarked;
