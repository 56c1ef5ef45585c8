package io.topiary.inference;

import io.topiary.sparsity.network.Shape;
import java.util.Optional;

/**
 * One step of a network after fusion: {@code relu(operation(input) + residual)}.
 *
 * @param name of the node that the operation comes from
 * @param output of the last node that was fused in; what later stages call the result
 * @param shape of the output, for one image
 */
record Stage(
    String name,
    Operation operation,
    String input,
    Optional<String> residual,
    boolean relu,
    String output,
    Shape shape) {}
