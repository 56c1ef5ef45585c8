package io.topiary.inference;

/**
 * How one layer with weights is computed.
 *
 * @param name of its node
 * @param kernel {@code sparse} or {@code dense}; a linear layer may have the other for one image
 *     alone, whose rule is its own
 * @param sparsity zeros over elements of its weight, in [0, 1]
 * @param why the rule that chose the kernel
 */
public record LayerPlan(String name, String kernel, double sparsity, String why) {}
