package io.topiary.sparsity.network;

/** What operators ask of their attributes and inputs, each with a sentence that says so. */
final class Requirements {

  private Requirements() {}

  static void require(boolean condition, String message) {
    if (!condition) {
      throw new NetworkException(message + ".");
    }
  }

  static void atLeast(int least, String attribute, int value) {
    require(value >= least, "%s is %d; it must be at least %d".formatted(attribute, value, least));
  }

  static void atLeast(int least, String attribute, Extent value) {
    require(
        value.height() >= least && value.width() >= least,
        "%s is %s; either side must be at least %d".formatted(attribute, value, least));
  }

  static Shape image(Shape shape) {
    require(
        shape.rank() == 3,
        "its input has shape %s; it must be [channels, height, width]".formatted(shape));
    return shape;
  }

  static Shape vector(Shape shape) {
    require(
        shape.rank() == 1,
        "its input has shape %s; it must be flat: Flatten it first".formatted(shape));
    return shape;
  }
}
