package io.topiary.engine.data;

import io.topiary.engine.data.Picture.Box;
import io.topiary.engine.random.RandomStream;

/**
 * A part of a picture of random area and aspect, as torchvision documents its {@code
 * RandomResizedCrop} (after Szegedy et al., 2015, Going Deeper with Convolutions, CVPR, section 6):
 *
 * <pre>{@code
 * area = height * width * a,   a uniform in [0.08, 1]
 * aspect = exp(b),             b uniform in [ln 3/4, ln 4/3]
 * crop = rint(sqrt(area / aspect)) x rint(sqrt(area * aspect)), anywhere
 * }</pre>
 *
 * <p>A crop that does not fit is drawn again; after ten of them it is the largest one in the middle
 * whose aspect is within the bounds.
 */
final class ResizedCrop {
  private static final int TRIES = 10;
  private static final double SMALLEST_AREA = 0.08;
  private static final double NARROWEST = 3.0 / 4;
  private static final double WIDEST = 4.0 / 3;

  private ResizedCrop() {}

  /** Draws a part of a picture of the given size. */
  static Box draw(RandomStream random, int height, int width) {
    for (int i = 0; i < TRIES; i++) {
      double area =
          (double) height * width * (SMALLEST_AREA + (1 - SMALLEST_AREA) * random.nextDouble());
      // StrictMath, as a seed must mean the same part on every machine.
      double aspect =
          StrictMath.exp(
              StrictMath.log(NARROWEST)
                  + (StrictMath.log(WIDEST) - StrictMath.log(NARROWEST)) * random.nextDouble());
      int cropWidth = (int) Math.rint(Math.sqrt(area * aspect));
      int cropHeight = (int) Math.rint(Math.sqrt(area / aspect));
      if (cropWidth > 0 && cropWidth <= width && cropHeight > 0 && cropHeight <= height) {
        int top = random.nextInt(height - cropHeight + 1);
        int left = random.nextInt(width - cropWidth + 1);
        return new Box(top, left, cropHeight, cropWidth);
      }
    }
    return middle(height, width);
  }

  private static Box middle(int height, int width) {
    double aspect = (double) width / height;
    int cropHeight = aspect < NARROWEST ? (int) Math.rint(width / NARROWEST) : height;
    int cropWidth = aspect > WIDEST ? (int) Math.rint(height * WIDEST) : width;
    return new Box((height - cropHeight) / 2, (width - cropWidth) / 2, cropHeight, cropWidth);
  }
}
