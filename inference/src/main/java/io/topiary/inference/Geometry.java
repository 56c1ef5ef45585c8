package io.topiary.inference;

/**
 * How a value lies in memory: plane after plane, each with rows of places and a gap of zeros
 * between rows, which is the padding of the row before and of the row after it at once; rows of
 * zeros above and below. At every place the images of a block lie side by side.
 *
 * @param images in a block
 * @param rowStride places from one row to the next
 * @param origin floats from the start of a plane to its first place
 * @param plane floats from one plane to the next
 */
record Geometry(
    int channels, int height, int width, int images, int rowStride, int origin, int plane) {

  /** Features of a block of images, without any gap. */
  static Geometry features(int count, int images) {
    return new Geometry(count, 1, 1, images, 1, 0, images);
  }

  /** Floats from one row to the next. */
  int row() {
    return rowStride * images;
  }

  /** Floats from a plane's first place to behind its last. */
  int extent() {
    return ((height - 1) * rowStride + width) * images;
  }

  /** Whether there is no gap between rows or planes. */
  boolean contiguous() {
    return plane == height * width * images;
  }

  /** Whether it belongs to a place, for each float from the first place to the last. */
  boolean[] places() {
    var places = new boolean[extent()];
    for (var i = 0; i < places.length; i++) {
      places[i] = i % row() < width * images;
    }
    return places;
  }
}
