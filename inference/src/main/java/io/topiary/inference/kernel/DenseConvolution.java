package io.topiary.inference.kernel;

/**
 * A convolution over all weights, several outputs at a time so that each value that is loaded is
 * used several times.
 *
 * @param weights by block of outputs, then by tap, then by output within the block
 * @param offsets of every tap, in floats from a place of the output, for the first group
 * @param first the first output of every block; the last block may go over outputs that the one
 *     before it has computed, so that all are full
 * @param inputs where a block's group begins, in floats from the first channel
 * @param bias of every output
 * @param height outputs in a block
 * @param outPlane floats from one output plane to the next
 * @param residualPlane floats from one plane of the residual to the next
 */
@SuppressWarnings("ArrayRecordComponent") // kernels index these millions of times a second
public record DenseConvolution(
    float[] weights,
    int[] offsets,
    int[] first,
    int[] inputs,
    float[] bias,
    int height,
    int outPlane,
    int residualPlane,
    Tiles tiles) {}
