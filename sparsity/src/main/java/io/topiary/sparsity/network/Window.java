package io.topiary.sparsity.network;

import static io.topiary.sparsity.network.Requirements.atLeast;
import static io.topiary.sparsity.network.Requirements.require;

/** The arithmetic of a window that slides over an image. */
final class Window {

  private Window() {}

  /** What a pooling window must satisfy: it never lies wholly on padding. */
  static void ofPool(Extent kernel, Extent stride, Extent padding) {
    atLeast(1, "kernel", kernel);
    atLeast(1, "stride", stride);
    require(
        2L * padding.height() <= kernel.height() && 2L * padding.width() <= kernel.width(),
        "padding %s is more than half of kernel %s".formatted(padding, kernel));
  }

  /** {@code [channels, height, width]} that a window yields over an image. */
  static Shape slide(
      int channels, Shape image, Extent kernel, Extent stride, Extent padding, Extent dilation) {
    var height =
        positions(
            image.dimension(1),
            kernel.height(),
            stride.height(),
            padding.height(),
            dilation.height());
    var width =
        positions(
            image.dimension(2), kernel.width(), stride.width(), padding.width(), dilation.width());
    require(
        height >= 1 && width >= 1,
        "kernel %s with dilation %s does not fit its input %s with padding %s"
            .formatted(kernel, dilation, image, padding));
    require(
        height <= Integer.MAX_VALUE && width <= Integer.MAX_VALUE,
        "padding %s makes its output too large".formatted(padding));
    return Shape.of(channels, (int) height, (int) width);
  }

  private static long positions(int length, int kernel, int stride, int padding, int dilation) {
    var room = length + 2L * padding - (long) dilation * (kernel - 1) - 1;
    return Math.floorDiv(room, stride) + 1;
  }
}
