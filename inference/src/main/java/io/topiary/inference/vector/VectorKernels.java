package io.topiary.inference.vector;

import io.topiary.inference.kernel.DenseConvolution;
import io.topiary.inference.kernel.DenseRows;
import io.topiary.inference.kernel.Kernels;
import io.topiary.inference.kernel.SparseConvolution;
import io.topiary.inference.kernel.SparseRows;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The kernels on the Vector API, for the widest vectors that the processor likes. */
public final class VectorKernels implements Kernels {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int[] SPARSE_WIDTHS = {1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 17};
  private static final int[][] SPARSE_PATCHES = {{2, 8}, {2, 7}, {4, 4}, {2, 6}, {2, 5}};
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
  public int[][] sparsePatches() {
    return SPARSE_PATCHES.clone();
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
      var shape = Sparse.shape(tiles.rows(), tiles.widths()[tile]);
      var at = tiles.floorAt(tile);
      for (var block = 0; block < layer.blocks(); block++) {
        var floor = block == layer.blocks() - 1 ? tiles.floor() : tiles.open();
        var from = in + start;
        var to = out + start;
        if (block > 0) {
          // What earlier blocks of channels have summed up is in the output, the residual included.
          Sparse.add(shape, layer, block, arena, from, to, to, layer.outPlane(), floor, at);
        } else if (residual < 0) {
          Sparse.run(shape, layer, block, arena, from, to, floor, at);
        } else {
          var step = layer.residualPlane();
          Sparse.add(shape, layer, block, arena, from, to, residual + start, step, floor, at);
        }
      }
    }
  }

  /** Planes of zeros are all the same one. */
  private static int stepOf(int residual, int plane) {
    return residual < 0 ? 0 : plane;
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
  public void linear(DenseRows layer, float[] arena, int in, int out, int residual) {
    Linear.run(layer, arena, in, out, residual);
  }

  @Override
  public void linear(SparseRows layer, float[] arena, int in, int out, int residual) {
    if (residual < 0) {
      Linear.run(layer, arena, in, out, layer.relu());
      return;
    }
    Linear.run(layer, arena, in, out, false);
    Elementwise.affine(arena, out, out, residual, layer.outputs(), 1, 0, layer.relu());
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
  public void select(
      float[] arena,
      int in,
      int inRow,
      int step,
      int out,
      int outRow,
      int rows,
      int columns,
      int images) {
    for (var y = 0; y < rows; y++) {
      var from = in + y * inRow;
      var to = out + y * outRow;
      if (images > 1) {
        Elementwise.selectBlocks(arena, from, step * images, to, columns, images);
      } else if (step == 2) {
        Elementwise.selectEven(arena, from, to, columns);
      } else {
        for (var x = 0; x < columns; x++) {
          arena[to + x] = arena[from + x * step];
        }
      }
    }
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
  public void max(float[] arena, int in, int step, int out, int length) {
    if (step == 2) {
      Elementwise.maxOfEven(arena, in, out, length);
    } else {
      Elementwise.max(arena, in, step, out, length);
    }
  }
}
