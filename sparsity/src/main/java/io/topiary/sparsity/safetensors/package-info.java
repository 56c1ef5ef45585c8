/** Tensors in files: the safetensors format, read without trust and written byte for byte alike. */
@NullMarked
package io.topiary.sparsity.safetensors;

import org.jspecify.annotations.NullMarked;
