/** How a service's process starts, and how it stops. */
@NullMarked
package io.topiary.runtime.lifecycle;

import org.jspecify.annotations.NullMarked;
