package io.topiary.engine.data;

import java.util.Arrays;

/**
 * Maps a pixel x in 0 .. 255 to (x - mean) / standard deviation of its channel, which is the same
 * as scaling all of them to 0 .. 1 first; by a table of the 256 values.
 */
final class Normalization {
  private static final int VALUES = 256;

  /** One table for each channel. */
  private final float[][] tables;

  private Normalization(double[] means, double... deviations) {
    tables = new float[means.length][VALUES];
    for (int channel = 0; channel < means.length; channel++) {
      for (int x = 0; x < VALUES; x++) {
        tables[channel][x] = (float) ((x - means[channel]) / deviations[channel]);
      }
    }
  }

  /**
   * Means and deviations over the images of ImageNet, of pixels scaled to 0 .. 1, as networks that
   * are published expect them: (0.485, 0.456, 0.406) and (0.229, 0.224, 0.225) for red, green and
   * blue (documentation of torchvision's pre-trained models).
   */
  static Normalization imageNet() {
    int brightest = VALUES - 1;
    return new Normalization(
        new double[] {0.485 * brightest, 0.456 * brightest, 0.406 * brightest},
        0.229 * brightest,
        0.224 * brightest,
        0.225 * brightest);
  }

  /**
   * Mean and standard deviation of each channel over all pixels of the given rows, from exact
   * integer sums.
   *
   * @param pixels row by row, each channel by channel
   */
  static Normalization of(byte[] pixels, int[] rows, int channels, int pixelsPerChannel) {
    double[] means = new double[channels];
    double[] deviations = new double[channels];
    for (int channel = 0; channel < channels; channel++) {
      long[] histogram = new long[VALUES];
      for (int row : rows) {
        int from = (row * channels + channel) * pixelsPerChannel;
        for (int i = from; i < from + pixelsPerChannel; i++) {
          histogram[Byte.toUnsignedInt(pixels[i])]++;
        }
      }
      long sum = 0;
      long sumOfSquares = 0;
      for (int x = 0; x < VALUES; x++) {
        sum += histogram[x] * x;
        sumOfSquares += histogram[x] * x * x;
      }
      double count = (double) rows.length * pixelsPerChannel;
      means[channel] = sum / count;
      double deviation = Math.sqrt(sumOfSquares / count - means[channel] * means[channel]);
      // A channel of one single brightness has nothing to scale: it becomes 0 all over.
      deviations[channel] = deviation > 0 ? deviation : 1;
    }
    return new Normalization(means, deviations);
  }

  /** Fills an image from a picture of its size. */
  void apply(Picture picture, float[] image) {
    int plane = picture.height() * picture.width();
    for (int channel = 0; channel < picture.channels(); channel++) {
      float[] table = tables[channel];
      int from = picture.from() + channel * plane;
      for (int i = 0; i < plane; i++) {
        image[channel * plane + i] = table[Byte.toUnsignedInt(picture.pixels()[from + i])];
      }
    }
  }

  /**
   * Fills an image from a picture of its size, moved, and then mirrored if asked for. What comes in
   * at the edges is black, that is a pixel of 0 before it is normalised.
   *
   * @param down the row of the picture that the first row of the image shows; may be below 0
   * @param right the same for columns
   * @param mirrored whether the image's columns run from right to left
   */
  void apply(Picture picture, int down, int right, boolean mirrored, float[] image) {
    int height = picture.height();
    int width = picture.width();
    int firstColumn = Math.max(0, -right);
    int endOfColumns = Math.min(width, width - right);
    for (int channel = 0; channel < picture.channels(); channel++) {
      float[] table = tables[channel];
      int plane = channel * height * width;
      Arrays.fill(image, plane, plane + height * width, table[0]);
      for (int y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
        int from = picture.from() + plane + (y + down) * width + right;
        int to = plane + y * width;
        for (int x = firstColumn; x < endOfColumns; x++) {
          int column = mirrored ? width - 1 - x : x;
          image[to + column] = table[Byte.toUnsignedInt(picture.pixels()[from + x])];
        }
      }
    }
  }
}
