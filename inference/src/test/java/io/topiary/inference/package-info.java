@NullMarked
package io.topiary.inference;

import org.jspecify.annotations.NullMarked;
