package io.topiary.inference;

import io.topiary.inference.kernel.Kernels;

/** Steps that only move values. */
final class Copies {

  private Copies() {}

  static Step flattened(Planes in, Planes out) {
    return arena -> {
      var to = out.origin();
      for (var c = 0; c < in.channels(); c++) {
        for (var y = 0; y < in.height(); y++) {
          var length = in.width() * in.images();
          System.arraycopy(arena, in.at(c, y, 0), arena, to, length);
          to += length;
        }
      }
    };
  }

  /** What lies outside the source is not written, and stays the zero that it is from the start. */
  static Step selected(Kernels kernels, Operation.Selection selection, Planes in, Planes out) {
    return arena -> {
      for (var plane = 0; plane < out.channels(); plane++) {
        if (selection.source()[plane] >= 0) {
          select(kernels, selection, plane, arena, in, out);
        }
      }
    };
  }

  private static void select(
      Kernels kernels,
      Operation.Selection selection,
      int plane,
      float[] arena,
      Planes in,
      Planes out) {
    var step = selection.columnStep();
    var column = selection.column()[plane];
    var columns = Math.min(out.width(), (in.width() - column - 1) / step + 1);
    var row = selection.row()[plane];
    var rows = Math.min(out.height(), (in.height() - row - 1) / selection.rowStep() + 1);
    if (row < in.height() && column < in.width()) {
      kernels.select(
          arena,
          in.at(selection.source()[plane], row, column),
          selection.rowStep() * in.geometry().row(),
          step,
          out.at(plane, 0, 0),
          out.geometry().row(),
          rows,
          columns,
          in.images());
    }
  }
}
