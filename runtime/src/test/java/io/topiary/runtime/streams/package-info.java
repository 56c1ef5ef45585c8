@NullMarked
package io.topiary.runtime.streams;

import org.jspecify.annotations.NullMarked;
