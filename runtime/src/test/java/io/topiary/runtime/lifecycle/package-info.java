@NullMarked
package io.topiary.runtime.lifecycle;

import org.jspecify.annotations.NullMarked;
