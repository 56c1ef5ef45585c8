@NullMarked
package io.topiary.runtime.artifact;

import org.jspecify.annotations.NullMarked;
