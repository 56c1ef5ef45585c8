/** The chart as Helm renders it. */
@NullMarked
package io.topiary.helm;

import org.jspecify.annotations.NullMarked;
