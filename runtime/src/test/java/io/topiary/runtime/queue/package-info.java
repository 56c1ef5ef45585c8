@NullMarked
package io.topiary.runtime.queue;

import org.jspecify.annotations.NullMarked;
