package io.topiary.inference;

import io.topiary.sparsity.network.Operator;

/** What a stage computes before its residual is added and ReLU applied. */
sealed interface Operation {

  /**
   * A convolution of stride 1 over the planes that {@link Phases} makes of its input.
   *
   * @param phases of the input; one where the stride is 1
   */
  @SuppressWarnings("ArrayRecordComponent") // weights
  record Convolution(Operator.Conv conv, Phases phases, float[] weight, float[] bias)
      implements Operation {}

  /** A linear layer. */
  @SuppressWarnings("ArrayRecordComponent") // weights
  record Linear(float[] weight, float[] bias) implements Operation {}

  /** {@code scale * x + shift} by channel. */
  @SuppressWarnings("ArrayRecordComponent") // one element for each channel
  record Affine(float[] scale, float[] shift) implements Operation {}

  record MaxPooling(Operator.MaxPool pool) implements Operation {}

  record AveragePooling(Operator.AveragePool pool) implements Operation {}

  record Mean() implements Operation {}

  /** A feature for every place of every channel. */
  record Flattening() implements Operation {}

  /**
   * Planes put together from others. Plane {@code i} has {@code x[y * rowStep + row[i], x *
   * columnStep + column[i]]} of plane {@code source[i]}, or zeros where that is negative.
   */
  @SuppressWarnings("ArrayRecordComponent") // one element for each plane
  record Selection(int[] source, int[] row, int[] column, int rowStep, int columnStep)
      implements Operation {}
}
