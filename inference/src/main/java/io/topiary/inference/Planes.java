package io.topiary.inference;

/** A value in the arena: where it begins, and how it lies from there. */
record Planes(int start, Geometry geometry) {

  /** Index of the first place of the first plane. */
  int origin() {
    return start + geometry.origin();
  }

  /** Index of a place's first image. */
  int at(int channel, int y, int x) {
    return origin() + channel * geometry.plane() + y * geometry.row() + x * geometry.images();
  }

  int channels() {
    return geometry.channels();
  }

  int height() {
    return geometry.height();
  }

  int width() {
    return geometry.width();
  }

  int images() {
    return geometry.images();
  }
}
