package io.topiary.engine.data;

import io.topiary.engine.data.Picture.Box;

/**
 * Changes the size of pictures, bilinearly: a pixel of the result is a weighted mean of the pixels
 * around its centre, weights falling to 0 in a straight line. Where the picture becomes smaller by
 * a factor f, the weights reach f pixels far, so that no pixel is left out; this is what Pillow's
 * {@code resize}, and torchvision with it, means by bilinear.
 *
 * <pre>{@code
 * weight(x, X) = max(0, 1 - |x + 1/2 - (X + 1/2) in / out| / max(1, in / out)), then sum 1
 * }</pre>
 *
 * <p>Columns first, then rows, in whole numbers (weights in units of 2^-22, each pass rounded to
 * bytes): the same on every machine, which Java's own 2D graphics does not promise, and which
 * leaves pixels out when a picture becomes smaller than half.
 */
final class Resampling {
  /** 255 weights of 1 stay below 2^31. */
  private static final int FRACTION_BITS = 22;

  /** An image is 7/8 of the shorter side that a picture is brought to: 224 of 256. */
  private static final double SIDE_OF_IMAGE = 8.0 / 7;

  private Resampling() {}

  /**
   * As evaluation sees a picture: its shorter side is brought to 8/7 of the image's (256 for 224),
   * and the middle is cut out. For images that are no squares, the picture is brought to 8/7 of the
   * side that needs more of it.
   */
  static Picture fit(Picture picture, int height, int width) {
    double scale =
        SIDE_OF_IMAGE
            * Math.max((double) height / picture.height(), (double) width / picture.width());
    // The one side exactly, the other one rounded down: as torchvision's Resize.
    int fullHeight = Math.max(height, (int) (picture.height() * scale + 1e-9));
    int fullWidth = Math.max(width, (int) (picture.width() * scale + 1e-9));
    Box middle =
        new Box(
            (int) Math.rint((fullHeight - height) / 2.0),
            (int) Math.rint((fullWidth - width) / 2.0),
            height,
            width);
    return resize(picture, picture.whole(), fullHeight, fullWidth, middle);
  }

  /** A part of a picture, in another size. */
  static Picture resize(Picture picture, Box part, int height, int width) {
    return resize(picture, part, height, width, new Box(0, 0, height, width));
  }

  /** The window of what {@code part} becomes in the given size; nothing else of it is computed. */
  private static Picture resize(Picture picture, Box part, int height, int width, Box window) {
    Taps columns = Taps.of(part.width(), width, window.left(), window.width());
    Taps rows = Taps.of(part.height(), height, window.top(), window.height());
    int firstRow = rows.first[0];
    int last = window.height() - 1;
    int usedRows = rows.first[last] + rows.count[last] - firstRow;
    byte[] narrow = new byte[usedRows * window.width()];
    byte[] result = new byte[picture.channels() * window.height() * window.width()];
    for (int channel = 0; channel < picture.channels(); channel++) {
      int plane = picture.from() + channel * picture.height() * picture.width();
      for (int y = 0; y < usedRows; y++) {
        int from = plane + (part.top() + firstRow + y) * picture.width() + part.left();
        columns.apply(picture.pixels(), from, 1, narrow, y * window.width(), 1);
      }
      int to = channel * window.height() * window.width();
      for (int x = 0; x < window.width(); x++) {
        rows.apply(
            narrow, x - firstRow * window.width(), window.width(), result, to + x, window.width());
      }
    }
    return new Picture(picture.channels(), window.height(), window.width(), result, 0);
  }

  /**
   * For each pixel of a line of the result: where its pixels begin, how many, and their weights.
   */
  private static final class Taps {
    private final int[] first;
    private final int[] count;
    private final int[][] weights;

    private Taps(int results) {
      first = new int[results];
      count = new int[results];
      weights = new int[results][];
    }

    /** For results {@code from} to {@code from + results - 1} of the {@code out} there are. */
    static Taps of(int in, int out, int from, int results) {
      Taps taps = new Taps(results);
      double scale = (double) in / out;
      double reach = Math.max(1, scale);
      for (int i = 0; i < results; i++) {
        double centre = (from + i + 0.5) * scale;
        int first = Math.max(0, (int) (centre - reach + 0.5));
        int end = Math.min(in, (int) (centre + reach + 0.5));
        double[] shares = new double[end - first];
        double sum = 0;
        for (int x = first; x < end; x++) {
          shares[x - first] = Math.max(0, 1 - Math.abs((x + 0.5 - centre) / reach));
          sum += shares[x - first];
        }
        taps.first[i] = first;
        taps.count[i] = shares.length;
        taps.weights[i] = new int[shares.length];
        for (int x = 0; x < shares.length; x++) {
          taps.weights[i][x] = (int) (shares[x] / sum * (1 << FRACTION_BITS) + 0.5);
        }
      }
      return taps;
    }

    /** One line: pixel x of the picture lies at {@code from + x * step}, the result's alike. */
    void apply(byte[] picture, int from, int step, byte[] result, int to, int resultStep) {
      for (int i = 0; i < first.length; i++) {
        int[] weight = weights[i];
        int sum = 1 << (FRACTION_BITS - 1);
        int at = from + first[i] * step;
        for (int x = 0; x < weight.length; x++) {
          sum += Byte.toUnsignedInt(picture[at]) * weight[x];
          at += step;
        }
        result[to + i * resultStep] = (byte) Math.min(255, sum >> FRACTION_BITS);
      }
    }
  }
}
