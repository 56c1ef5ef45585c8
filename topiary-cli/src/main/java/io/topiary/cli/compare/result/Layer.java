package io.topiary.cli.compare.result;

/**
 * Zeros of one prunable tensor.
 *
 * @param name of the weight tensor, as PyTorch has it
 */
public record Layer(String name, long elements, long zeros) {}
