package io.topiary.cli.options;

import io.topiary.engine.data.Augmentation;
import io.topiary.sparsity.network.Shape;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What is done to training images at random, by name. */
enum AugmentationChoice {
  NONE,
  CROP_FLIP,
  CROP,
  RESIZED_CROP_FLIP;

  /** As the papers on CIFAR have it. */
  private static final int PADDING = 4;

  /** Images of up to so many pixels in height are small. */
  private static final int SMALL = 64;

  Augmentation augmentation() {
    return switch (this) {
      case NONE -> Augmentation.none();
      case CROP_FLIP -> new Augmentation(PADDING, true, false);
      case CROP -> new Augmentation(PADDING, false, false);
      case RESIZED_CROP_FLIP -> new Augmentation(0, true, true);
    };
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static List<String> labels() {
    return Stream.of(values()).map(AugmentationChoice::label).toList();
  }

  /** That of the label, which must be one. */
  static AugmentationChoice named(String label) {
    return Stream.of(values())
        .filter(choice -> choice.label().equals(label))
        .findFirst()
        .orElseThrow();
  }

  /**
   * What suits the images: grey ones, such as digits, are left alone; small colour ones are treated
   * as CIFAR's are, and others as ImageNet's.
   */
  static AugmentationChoice usual(Shape image) {
    if (image.dimension(0) == 1) {
      return NONE;
    }
    return image.dimension(1) <= SMALL ? CROP_FLIP : RESIZED_CROP_FLIP;
  }
}
