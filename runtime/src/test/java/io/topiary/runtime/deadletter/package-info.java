@NullMarked
package io.topiary.runtime.deadletter;

import org.jspecify.annotations.NullMarked;
