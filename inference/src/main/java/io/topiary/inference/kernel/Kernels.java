package io.topiary.inference.kernel;

/**
 * The loops that take the time. All operands lie in one array, the arena, and are named by indices
 * into it: of the first place of the first plane. A negative residual stands for none.
 */
public interface Kernels {

  /** Where an arena has zeros that are never written. */
  int ZEROS = 12;

  /** How many zeros it has there. */
  int MARGIN = 1024;

  /** As logged, for example {@code Vector API, 512 bits}. */
  String name();

  /** Floats in a vector. */
  int lanes();

  /** The widths of tiles that {@link #sparse} takes, ascending. */
  int[] sparseWidths();

  /** The widths of tiles that {@link #dense} takes for blocks of so many outputs, ascending. */
  int[] denseWidths(int height);

  /** {@code out = relu(weights * in + bias + residual)}, over the weights that are not zero. */
  void sparse(SparseConvolution layer, float[] arena, int in, int out, int residual);

  /** {@code out = relu(weights * in + bias + residual)}, over all weights. */
  void dense(DenseConvolution layer, float[] arena, int in, int out, int residual);

  /** {@code out = relu(weights in + bias + residual)} for one image. */
  void linear(LinearRows layer, float[] arena, int in, int out, int residual);

  /** {@code out = relu(scale * in + shift + residual)} for a run of floats. */
  void affine(
      float[] arena,
      int in,
      int out,
      int residual,
      int length,
      float scale,
      float shift,
      boolean relu);

  /** {@code out = max(out, in)} for a run of floats. */
  void max(float[] arena, int in, int out, int length);

  /**
   * Lays a row of every image of a block side by side: {@code arena[to + x * images + i] =
   * source[from + x + i * elements]}.
   *
   * @param images a multiple of {@link #lanes}
   * @param elements floats from one image to the next
   */
  void interleave(
      float[] source, int from, int elements, float[] arena, int to, int images, int width);

  /** Whether no value is NaN or infinite. */
  boolean finite(float[] values);
}
