/** Work that makes room for what is being timed in the same process. */
@NullMarked
package io.topiary.runtime.quiet;

import org.jspecify.annotations.NullMarked;
