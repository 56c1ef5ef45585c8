/** Sparse inference beside dense inference: PyTorch's and ONNX Runtime's. */
@NullMarked
package io.topiary.benchmarks.inference;

import org.jspecify.annotations.NullMarked;
