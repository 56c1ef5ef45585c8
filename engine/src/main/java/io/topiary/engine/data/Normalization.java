package io.topiary.engine.data;

/**
 * Maps a pixel x in 0 .. 255 to (x - mean) / standard deviation, which is the same as scaling all
 * of them to 0 .. 1 first; by a table of the 256 values.
 */
final class Normalization {
  private final float[] table = new float[256];

  private Normalization(double mean, double standardDeviation) {
    for (int x = 0; x < table.length; x++) {
      table[x] = (float) ((x - mean) / standardDeviation);
    }
  }

  /** Mean and standard deviation over all pixels of the given rows, from exact integer sums. */
  static Normalization of(byte[] pixels, int[] rows, int pixelsPerRow) {
    long[] histogram = new long[256];
    for (int row : rows) {
      for (int i = row * pixelsPerRow; i < (row + 1) * pixelsPerRow; i++) {
        histogram[Byte.toUnsignedInt(pixels[i])]++;
      }
    }
    long sum = 0;
    long sumOfSquares = 0;
    for (int x = 0; x < histogram.length; x++) {
      sum += histogram[x] * x;
      sumOfSquares += histogram[x] * x * x;
    }
    double count = (double) rows.length * pixelsPerRow;
    double mean = sum / count;
    double deviation = Math.sqrt(sumOfSquares / count - mean * mean);
    // Images of one single grey have nothing to scale: they become 0 all over.
    return new Normalization(mean, deviation > 0 ? deviation : 1);
  }

  /** Fills an image from the pixels that begin at the given offset. */
  void apply(byte[] pixels, int from, float[] image) {
    for (int i = 0; i < image.length; i++) {
      image[i] = table[Byte.toUnsignedInt(pixels[from + i])];
    }
  }
}
