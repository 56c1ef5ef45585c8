/**
 * Networks as graphs of operators named as ONNX names them, with parameters named as PyTorch names
 * them: shapes, parameters and work are all read off the graph.
 */
@NullMarked
package io.topiary.sparsity.network;

import org.jspecify.annotations.NullMarked;
