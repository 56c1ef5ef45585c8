package io.topiary.inference;

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
  static Step selected(Operation.Selection selection, Planes in, Planes out) {
    return arena -> {
      for (var plane = 0; plane < out.channels(); plane++) {
        if (selection.source()[plane] >= 0) {
          select(selection, plane, arena, in, out);
        }
      }
    };
  }

  private static void select(
      Operation.Selection selection, int plane, float[] arena, Planes in, Planes out) {
    var images = in.images();
    var columnStep = selection.columnStep();
    var column = selection.column()[plane];
    var columns = Math.min(out.width(), (in.width() - column - 1) / columnStep + 1);
    for (var y = 0; y < out.height(); y++) {
      var row = y * selection.rowStep() + selection.row()[plane];
      if (row >= in.height() || column >= in.width()) {
        return;
      }
      var from = in.at(selection.source()[plane], row, column);
      var to = out.at(plane, y, 0);
      if (images == 1) {
        for (var x = 0; x < columns; x++) {
          arena[to + x] = arena[from + x * columnStep];
        }
      } else {
        for (var x = 0; x < columns; x++) {
          System.arraycopy(arena, from + x * columnStep * images, arena, to + x * images, images);
        }
      }
    }
  }
}
