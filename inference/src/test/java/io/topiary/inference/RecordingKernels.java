package io.topiary.inference;

import io.topiary.inference.kernel.DenseConvolution;
import io.topiary.inference.kernel.DenseRows;
import io.topiary.inference.kernel.Kernels;
import io.topiary.inference.kernel.SparseConvolution;
import io.topiary.inference.kernel.SparseRows;
import io.topiary.inference.kernel.Tiles;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Kernels that tell which of their forms were used. */
final class RecordingKernels implements Kernels {

  private final Kernels kernels;
  private final Set<String> used = new TreeSet<>();

  RecordingKernels(Kernels kernels) {
    this.kernels = kernels;
  }

  Set<String> used() {
    return used;
  }

  /** For example {@code sparse 2x8 add}. */
  static String sparse(int rows, int columns, String form) {
    return "sparse %dx%d %s".formatted(rows, columns, form);
  }

  static String dense(int outputs, int columns, String form) {
    return "dense %dx%d %s".formatted(outputs, columns, form);
  }

  @Override
  public String name() {
    return kernels.name();
  }

  @Override
  public int lanes() {
    return kernels.lanes();
  }

  @Override
  public int[] sparseWidths() {
    return kernels.sparseWidths();
  }

  @Override
  public int[][] sparsePatches() {
    return kernels.sparsePatches();
  }

  @Override
  public int[] denseWidths(int height) {
    return kernels.denseWidths(height);
  }

  @Override
  public void sparse(SparseConvolution layer, float[] arena, int in, int out, int residual) {
    var tiles = layer.tiles();
    for (var width : tiles.widths()) {
      used.add(sparse(tiles.rows(), width, form(residual)));
      if (layer.blocks() > 1) {
        used.add((tiles.rows() > 1 ? "patches" : "runs") + " in blocks of channels");
      }
    }
    if (overlaps(tiles, lanes())) {
      used.add("overlapping patches " + form(residual));
    }
    kernels.sparse(layer, arena, in, out, residual);
  }

  private static boolean overlaps(Tiles tiles, int lanes) {
    var starts = tiles.starts();
    return tiles.rows() > 1
        && IntStream.range(1, starts.length)
            .anyMatch(
                i ->
                    starts[i] - starts[i - 1] > 0
                        && starts[i] - starts[i - 1] < tiles.widths()[i] * lanes);
  }

  @Override
  public void dense(DenseConvolution layer, float[] arena, int in, int out, int residual) {
    for (var width : layer.tiles().widths()) {
      used.add(dense(layer.height(), width, form(residual)));
    }
    kernels.dense(layer, arena, in, out, residual);
  }

  private static String form(int residual) {
    return residual < 0 ? "run" : "add";
  }

  @Override
  public void linear(DenseRows layer, float[] arena, int in, int out, int residual) {
    used.add("dense rows " + form(residual));
    kernels.linear(layer, arena, in, out, residual);
  }

  @Override
  public void linear(SparseRows layer, float[] arena, int in, int out, int residual) {
    used.add("sparse rows " + form(residual));
    kernels.linear(layer, arena, in, out, residual);
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
    kernels.affine(arena, in, out, residual, length, scale, shift, relu);
  }

  @Override
  public void max(float[] arena, int in, int step, int out, int length) {
    used.add("max of every " + step);
    kernels.max(arena, in, step, out, length);
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
    used.add("every %d of %s".formatted(step, images == 1 ? "an image" : "a block"));
    kernels.select(arena, in, inRow, step, out, outRow, rows, columns, images);
  }

  @Override
  public void interleave(
      float[] source, int from, int elements, float[] arena, int to, int images, int width) {
    kernels.interleave(source, from, elements, arena, to, images, width);
  }

  @Override
  public boolean finite(float[] values) {
    return kernels.finite(values);
  }
}
