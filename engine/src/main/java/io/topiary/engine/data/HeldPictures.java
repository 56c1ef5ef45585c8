package io.topiary.engine.data;

import io.topiary.sparsity.network.Shape;

/** Pictures of one shape, held in one array, picture by picture, each channel by channel. */
final class HeldPictures implements Pictures {
  private final int channels;
  private final int height;
  private final int width;
  private final byte[] pixels;
  private final byte[] labels;

  /** Keeps the arrays, which nobody may write to any more. */
  HeldPictures(int channels, int height, int width, byte[] pixels, byte[] labels) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.pixels = pixels;
    this.labels = labels;
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int row) {
    return Byte.toUnsignedInt(labels[row]);
  }

  @Override
  public Picture picture(int row) {
    return new Picture(channels, height, width, pixels, row * channels * height * width);
  }

  @Override
  public boolean ready() {
    return true;
  }

  Shape shape() {
    return Shape.of(channels, height, width);
  }

  /** The same normalisation for every picture, from the pixels of the given ones. */
  Normalization normalization(int... rows) {
    return Normalization.of(pixels, rows, channels, height * width);
  }
}
