/** Tests of what recipes say. */
@NullMarked
package io.topiary.runtime.recipe;

import org.jspecify.annotations.NullMarked;
