package io.topiary.inference;

import io.topiary.inference.kernel.Kernels;
import io.topiary.sparsity.network.Extent;
import io.topiary.sparsity.network.Operator.AveragePool;
import java.util.Arrays;

/** What has windows and no weights. */
final class Pooling {

  /** The part of a window that lies on the image, along one side. */
  private record Span(int from, int to) {

    static Span of(int place, int stride, int padding, int kernel, int length) {
      var from = place * stride - padding;
      return new Span(Math.max(0, from), Math.min(length, from + kernel));
    }

    int length() {
      return to - from;
    }
  }

  private Pooling() {}

  static Step max(
      Kernels kernels, Extent kernel, Extent stride, Extent padding, Planes in, Planes out) {
    return in.images() == 1 && inside(kernel, stride, padding, in, out)
        ? rowsOfMaxima(kernels, kernel, stride, in, out)
        : maxima(kernels, kernel, stride, padding, in, out);
  }

  /** Whether no window leaves the image. */
  private static boolean inside(
      Extent kernel, Extent stride, Extent padding, Planes in, Planes out) {
    return padding.height() == 0
        && padding.width() == 0
        && (out.height() - 1) * stride.height() + kernel.height() <= in.height()
        && (out.width() - 1) * stride.width() + kernel.width() <= in.width();
  }

  /** One place of all windows of a row at a time. */
  private static Step rowsOfMaxima(
      Kernels kernels, Extent kernel, Extent stride, Planes in, Planes out) {
    return arena -> {
      for (var c = 0; c < out.channels(); c++) {
        for (var y = 0; y < out.height(); y++) {
          var to = out.at(c, y, 0);
          var from = in.at(c, y * stride.height(), 0);
          kernels.select(arena, from, 0, stride.width(), to, 0, 1, out.width(), 1);
          for (var place = 1; place < kernel.height() * kernel.width(); place++) {
            var row = from + place / kernel.width() * in.geometry().row();
            var at = row + place % kernel.width();
            kernels.max(arena, at, stride.width(), to, out.width());
          }
        }
      }
    };
  }

  private static Step maxima(
      Kernels kernels, Extent kernel, Extent stride, Extent padding, Planes in, Planes out) {
    return arena -> {
      for (var c = 0; c < out.channels(); c++) {
        for (var y = 0; y < out.height(); y++) {
          var rows = Span.of(y, stride.height(), padding.height(), kernel.height(), in.height());
          for (var x = 0; x < out.width(); x++) {
            var columns = Span.of(x, stride.width(), padding.width(), kernel.width(), in.width());
            if (in.images() == 1) {
              arena[out.at(c, y, x)] = max(arena, in, c, rows, columns);
            } else {
              max(kernels, arena, in, c, rows, columns, out.at(c, y, x));
            }
          }
        }
      }
    };
  }

  private static float max(float[] arena, Planes in, int c, Span rows, Span columns) {
    var max = Float.NEGATIVE_INFINITY;
    for (var i = rows.from; i < rows.to; i++) {
      var row = in.at(c, i, 0);
      for (var j = columns.from; j < columns.to; j++) {
        var value = arena[row + j];
        // What overflowed before must not be lost, as it would be if NaN were not the largest.
        max = value > max || Float.isNaN(value) ? value : max;
      }
    }
    return max;
  }

  private static void max(
      Kernels kernels, float[] arena, Planes in, int c, Span rows, Span columns, int to) {
    System.arraycopy(arena, in.at(c, rows.from, columns.from), arena, to, in.images());
    for (var i = rows.from; i < rows.to; i++) {
      for (var j = columns.from; j < columns.to; j++) {
        kernels.max(arena, in.at(c, i, j), 1, to, in.images());
      }
    }
  }

  static Step average(AveragePool pool, Kernels kernels, Planes in, Planes out) {
    var kernel = pool.kernel();
    return arena -> {
      for (var c = 0; c < out.channels(); c++) {
        for (var y = 0; y < out.height(); y++) {
          var rows =
              Span.of(
                  y, pool.stride().height(), pool.padding().height(), kernel.height(), in.height());
          for (var x = 0; x < out.width(); x++) {
            var columns =
                Span.of(
                    x, pool.stride().width(), pool.padding().width(), kernel.width(), in.width());
            var count =
                pool.countIncludePad()
                    ? kernel.height() * kernel.width()
                    : rows.length() * columns.length();
            mean(kernels, arena, in, c, rows, columns, count, out.at(c, y, x));
          }
        }
      }
    };
  }

  /** The mean of every channel. */
  static Step mean(Kernels kernels, Planes in, Planes out) {
    var rows = new Span(0, in.height());
    var columns = new Span(0, in.width());
    return arena -> {
      for (var c = 0; c < out.channels(); c++) {
        mean(kernels, arena, in, c, rows, columns, in.height() * in.width(), out.at(c, 0, 0));
      }
    };
  }

  private static void mean(
      Kernels kernels,
      float[] arena,
      Planes in,
      int c,
      Span rows,
      Span columns,
      int count,
      int to) {
    var images = in.images();
    var scale = 1f / count;
    if (images == 1) {
      var sum = 0f;
      for (var i = rows.from; i < rows.to; i++) {
        var row = in.at(c, i, 0);
        for (var j = columns.from; j < columns.to; j++) {
          sum += arena[row + j];
        }
      }
      arena[to] = sum * scale;
      return;
    }
    Arrays.fill(arena, to, to + images, 0);
    for (var i = rows.from; i < rows.to; i++) {
      for (var j = columns.from; j < columns.to; j++) {
        kernels.affine(arena, in.at(c, i, j), to, to, images, scale, 0, false);
      }
    }
  }
}
