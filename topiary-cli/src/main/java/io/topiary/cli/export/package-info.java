/** {@code topiary export}: a checkpoint in another form. */
@NullMarked
package io.topiary.cli.export;

import org.jspecify.annotations.NullMarked;
