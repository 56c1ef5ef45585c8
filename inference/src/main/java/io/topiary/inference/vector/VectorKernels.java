package io.topiary.inference.vector;

import io.topiary.inference.kernel.DenseConvolution;
import io.topiary.inference.kernel.Kernels;
import io.topiary.inference.kernel.LinearRows;
import io.topiary.inference.kernel.SparseConvolution;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The kernels on the Vector API, for the widest vectors that the processor likes. */
public final class VectorKernels implements Kernels {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int[] SPARSE_WIDTHS = {1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18};
  private static final int[] TALL_WIDTHS = {1, 2};
  private static final int[] WIDE_WIDTHS = {3, 4, 5, 6};
  private static final int TALL = 8;

  @Override
  public String name() {
    return "Vector API, %d bits".formatted(SPECIES.vectorBitSize());
  }

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public int[] sparseWidths() {
    return SPARSE_WIDTHS.clone();
  }

  @Override
  public int[] denseWidths(int height) {
    return height == TALL ? TALL_WIDTHS.clone() : WIDE_WIDTHS.clone();
  }

  @Override
  public void sparse(SparseConvolution layer, float[] arena, int in, int out, int residual) {
    var tiles = layer.tiles();
    for (var tile = 0; tile < tiles.starts().length; tile++) {
      var start = tiles.starts()[tile];
      var width = tiles.widths()[tile];
      var add = residual < 0 ? ZEROS : residual + start;
      for (var block = 0; block < layer.blocks(); block++) {
        // What earlier blocks of channels have summed up is in the output, the residual included.
        var before = block == 0 ? add : out + start;
        var step = block == 0 ? stepOf(residual, layer.residualPlane()) : layer.outPlane();
        var floor = block == layer.blocks() - 1 ? tiles.floor() : tiles.open();
        sparse(width, layer, block, arena, in + start, out + start, before, step, floor, start);
      }
    }
  }

  /** Planes of zeros are all the same one. */
  private static int stepOf(int residual, int plane) {
    return residual < 0 ? 0 : plane;
  }

  private static void sparse(
      int width,
      SparseConvolution layer,
      int block,
      float[] arena,
      int in,
      int out,
      int residual,
      int step,
      float[] floor,
      int at) {
    switch (width) {
      case 1 -> Sparse1.run(layer, block, arena, in, out, residual, step, floor, at);
      case 2 -> Sparse2.run(layer, block, arena, in, out, residual, step, floor, at);
      case 3 -> Sparse3.run(layer, block, arena, in, out, residual, step, floor, at);
      case 4 -> Sparse4.run(layer, block, arena, in, out, residual, step, floor, at);
      case 5 -> Sparse5.run(layer, block, arena, in, out, residual, step, floor, at);
      case 6 -> Sparse6.run(layer, block, arena, in, out, residual, step, floor, at);
      case 8 -> Sparse8.run(layer, block, arena, in, out, residual, step, floor, at);
      case 10 -> Sparse10.run(layer, block, arena, in, out, residual, step, floor, at);
      case 12 -> Sparse12.run(layer, block, arena, in, out, residual, step, floor, at);
      case 14 -> Sparse14.run(layer, block, arena, in, out, residual, step, floor, at);
      case 16 -> Sparse16.run(layer, block, arena, in, out, residual, step, floor, at);
      case 18 -> Sparse18.run(layer, block, arena, in, out, residual, step, floor, at);
      default -> throw new IllegalArgumentException("there is no kernel of width " + width);
    }
  }

  @Override
  public void dense(DenseConvolution layer, float[] arena, int in, int out, int residual) {
    var tiles = layer.tiles();
    for (var tile = 0; tile < tiles.starts().length; tile++) {
      var start = tiles.starts()[tile];
      var width = tiles.widths()[tile];
      var add = residual < 0 ? ZEROS : residual + start;
      var step = stepOf(residual, layer.residualPlane());
      for (var block = 0; block < layer.first().length; block++) {
        var from = in + start + layer.inputs()[block];
        dense(width, layer, block, arena, from, out + start, add, step, start);
      }
    }
  }

  private static void dense(
      int width,
      DenseConvolution layer,
      int block,
      float[] arena,
      int in,
      int out,
      int residual,
      int step,
      int at) {
    switch (width) {
      case 1 -> Dense8x1.run(layer, block, arena, in, out, residual, step, at);
      case 2 -> Dense8x2.run(layer, block, arena, in, out, residual, step, at);
      case 3 -> Dense4x3.run(layer, block, arena, in, out, residual, step, at);
      case 4 -> Dense4x4.run(layer, block, arena, in, out, residual, step, at);
      case 5 -> Dense4x5.run(layer, block, arena, in, out, residual, step, at);
      case 6 -> Dense4x6.run(layer, block, arena, in, out, residual, step, at);
      default -> throw new IllegalArgumentException("there is no kernel of width " + width);
    }
  }

  @Override
  public void linear(LinearRows layer, float[] arena, int in, int out, int residual) {
    Linear.run(layer, arena, in, out, residual);
  }

  @Override
  public void affine(
      float[] arena,
      int in,
      int out,
      int residual,
      int length,
      float scale,
      float shift,
      boolean relu) {
    Elementwise.affine(arena, in, out, residual, length, scale, shift, relu);
  }

  @Override
  public void interleave(
      float[] source, int from, int elements, float[] arena, int to, int images, int width) {
    Elementwise.interleave(source, from, elements, arena, to, images, width);
  }

  @Override
  public boolean finite(float[] values) {
    return Elementwise.finite(values);
  }

  @Override
  public void max(float[] arena, int in, int out, int length) {
    Elementwise.max(arena, in, out, length);
  }
}
