package io.topiary.inference.kernel;

/**
 * A convolution over the weights that are not zero, after Park et al., 2017, Faster CNNs with
 * Direct Sparse Convolutions and Guided Pruning, ICLR (arXiv 1608.01409). A weight knows how far
 * from a place of the output, in floats, the value lies that it is multiplied with; so there is no
 * im2col, and stride, padding, dilation and groups are all in the offsets.
 *
 * @param weights those that are not zero, by block of input channels and then by output
 * @param offsets of every weight
 * @param rows where the weights of block b and output o begin, at {@code b * outputs + o}, and
 *     after the last where they end
 * @param bias of every output
 * @param blocks how many blocks of input channels there are; the outputs' partial sums are kept in
 *     the output between them
 * @param outPlane floats from one output plane to the next
 * @param residualPlane floats from one plane of the residual to the next
 */
@SuppressWarnings("ArrayRecordComponent") // kernels index these millions of times a second
public record SparseConvolution(
    float[] weights,
    int[] offsets,
    int[] rows,
    float[] bias,
    int blocks,
    int outPlane,
    int residualPlane,
    Tiles tiles) {

  public int outputs() {
    return bias.length;
  }
}
