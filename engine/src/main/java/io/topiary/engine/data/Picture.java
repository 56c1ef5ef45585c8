package io.topiary.engine.data;

/** One picture, as bytes: all rows of its first channel, then those of the next. */
final class Picture {
  private final int channels;
  private final int height;
  private final int width;
  private final byte[] pixels;
  private final int from;

  /**
   * @param channels 1 for grey, 3 for red, green and blue
   * @param pixels holds the picture, and may hold others too; not copied
   * @param from where the picture begins in it
   */
  Picture(int channels, int height, int width, byte[] pixels, int from) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.pixels = pixels;
    this.from = from;
  }

  int channels() {
    return channels;
  }

  int height() {
    return height;
  }

  int width() {
    return width;
  }

  byte[] pixels() {
    return pixels;
  }

  int from() {
    return from;
  }

  boolean has(int height, int width) {
    return this.height == height && this.width == width;
  }

  /** The part that is the whole. */
  Box whole() {
    return new Box(0, 0, height, width);
  }

  /** A part of a picture, in pixels. */
  record Box(int top, int left, int height, int width) {}
}
