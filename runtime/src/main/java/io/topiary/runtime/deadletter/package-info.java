/** Where records go that cannot be handled, with the reason. */
@NullMarked
package io.topiary.runtime.deadletter;

import org.jspecify.annotations.NullMarked;
