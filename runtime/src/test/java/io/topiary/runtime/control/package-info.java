@NullMarked
package io.topiary.runtime.control;

import org.jspecify.annotations.NullMarked;
