/** What a service stands on; this package holds only what all its parts share. */
@NullMarked
package io.topiary.runtime;

import org.jspecify.annotations.NullMarked;
