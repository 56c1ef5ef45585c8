/**
 * Training and evaluation of networks on PyTorch, through DJL. Nothing of DJL shows outside this
 * package: weights come in and go out as plain floats.
 */
@NullMarked
package io.topiary.engine;

import org.jspecify.annotations.NullMarked;
