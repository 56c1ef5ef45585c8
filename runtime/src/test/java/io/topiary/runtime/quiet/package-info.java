@NullMarked
package io.topiary.runtime.quiet;

import org.jspecify.annotations.NullMarked;
