/** What a recipe's record says, as the values that training computes with, and back. */
@NullMarked
package io.topiary.runtime.recipe;

import org.jspecify.annotations.NullMarked;
