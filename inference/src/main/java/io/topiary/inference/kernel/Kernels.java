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

  /** The widths of runs that {@link #sparse} takes, ascending. */
  int[] sparseWidths();

  /** Rows and columns of the patches that {@link #sparse} takes, the best ones first. */
  int[][] sparsePatches();

  /** The widths of runs that {@link #dense} takes for blocks of so many outputs, ascending. */
  int[] denseWidths(int height);

  /** {@code out = relu(weights * in + bias + residual)}, over the weights that are not zero. */
  void sparse(SparseConvolution layer, float[] arena, int in, int out, int residual);

  /** {@code out = relu(weights * in + bias + residual)}, over all weights. */
  void dense(DenseConvolution layer, float[] arena, int in, int out, int residual);

  /** {@code out = relu(weights in + bias + residual)} for one image, over all weights. */
  void linear(DenseRows layer, float[] arena, int in, int out, int residual);

  /**
   * {@code out = relu(weights in + bias + residual)} for one image, over those that are not zero.
   */
  void linear(SparseRows layer, float[] arena, int in, int out, int residual);

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

  /** {@code out[i] = max(out[i], in[i * step])} for a run of floats; NaN is the largest. */
  void max(float[] arena, int in, int step, int out, int length);

  /**
   * Copies places of a plane: {@code out[y * outRow + x] = in[y * inRow + x * step]}. What lies
   * behind a row's last place, up to a vector's length from a place that was copied, may become
   * zero; so planes must be copied in their order, into what has zeros there.
   *
   * @param inRow floats from one row that is copied to the next
   * @param step places from one that is copied to the next
   * @param outRow floats from one row of the copy to the next
   * @param images floats of a place
   */
  void select(
      float[] arena,
      int in,
      int inRow,
      int step,
      int out,
      int outRow,
      int rows,
      int columns,
      int images);

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
