/** Jobs become trained or retrained checkpoints. */
@NullMarked
package io.topiary.trainer;

import org.jspecify.annotations.NullMarked;
