package io.topiary.inference.kernel;

/**
 * A convolution over the weights that are not zero, after Park et al., 2017, Faster CNNs with
 * Direct Sparse Convolutions and Guided Pruning, ICLR (arXiv 1608.01409). A weight knows how far
 * from a place of the output, in floats, the value lies that it is multiplied with; so there is no
 * im2col, and stride, padding, dilation and groups are all in the offsets.
 *
 * <p>A row is what an output takes from one block of input channels. Within a block rows are sorted
 * by how many weights they have, so that the processor foresees where the next one ends.
 *
 * @param weights those that are not zero, row by row
 * @param offsets of every weight
 * @param rows where every row begins, and where the last ends
 * @param order which output every row belongs to
 * @param bias what every row's sums begin with: nothing but in the first block
 * @param outputs of the layer, and rows in a block
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
    int[] order,
    float[] bias,
    int outputs,
    int blocks,
    int outPlane,
    int residualPlane,
    Tiles tiles) {}
