package io.topiary.engine.data;

import io.topiary.engine.data.Picture.Box;
import io.topiary.engine.random.RandomStream;
import io.topiary.sparsity.network.Shape;

/**
 * What is done to every training image at random, anew in each epoch. What is drawn for an image is
 * a function of seed, epoch and image alone: a run that is resumed sees the pixels that the
 * undisturbed one sees.
 *
 * <p>The steps are those of torchvision's transforms, in the usual recipe's order: a part is cut
 * out, then it is mirrored, then pixels are normalised.
 *
 * @param cropPadding pixels of black added at every edge, before a part of the image's own size is
 *     cut out anywhere; 0 for none. Black is 0 before pixels are normalised. The papers on CIFAR
 *     use 4 (He, Zhang, Ren and Sun, 2016, arXiv 1512.03385, section 4.2)
 * @param horizontalFlip whether each image is mirrored with probability 1/2
 * @param resizedCrop whether a part of random area and aspect is cut out and resized, see {@link
 *     ResizedCrop}
 */
public record Augmentation(int cropPadding, boolean horizontalFlip, boolean resizedCrop) {

  /**
   * @throws DataSetException if the padding is below 0, or both ways to cut out a part are asked
   *     for
   */
  public Augmentation {
    if (cropPadding < 0) {
      throw new DataSetException(
          "The padding of random crops is %d; it must be at least 0.".formatted(cropPadding));
    }
    if (cropPadding > 0 && resizedCrop) {
      throw new DataSetException(
          "Random crops are asked for both with a padding of %d and resized; it must be one or the other."
              .formatted(cropPadding));
    }
  }

  /** Every epoch sees the images as they are. */
  public static Augmentation none() {
    return new Augmentation(0, false, false);
  }

  /** Whether images stay as they are. */
  public boolean isNone() {
    return equals(none());
  }

  /**
   * Makes sure that something of an image is left.
   *
   * @param image shape of one image: [channels, height, width]
   * @throws DataSetException if the padding is as large as the image
   */
  public void requireFit(Shape image) {
    int height = image.dimension(1);
    int width = image.dimension(2);
    if (cropPadding >= Math.min(height, width)) {
      throw new DataSetException(
          "The padding of random crops is %d, but images are %d x %d pixels; it must be below their shorter side."
              .formatted(cropPadding, height, width));
    }
  }

  /**
   * Draws for one image and fills it.
   *
   * @param height of the image
   * @param width of the image
   */
  void fill(
      RandomStream random,
      Picture picture,
      int height,
      int width,
      Normalization normalization,
      float[] image) {
    Picture part = picture;
    if (resizedCrop) {
      Box box = ResizedCrop.draw(random, picture.height(), picture.width());
      part = Resampling.resize(picture, box, height, width);
    } else if (!picture.has(height, width)) {
      part = Resampling.fit(picture, height, width);
    }
    int down = cropPadding > 0 ? random.nextInt(2 * cropPadding + 1) - cropPadding : 0;
    int right = cropPadding > 0 ? random.nextInt(2 * cropPadding + 1) - cropPadding : 0;
    boolean mirrored = horizontalFlip && random.nextInt(2) == 1;
    normalization.apply(part, down, right, mirrored, image);
  }
}
