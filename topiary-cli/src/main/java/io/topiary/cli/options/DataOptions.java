package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.text.Reason;
import io.topiary.engine.data.Augmentation;
import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.runtime.StartException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which images, as they are asked for on the command line. */
public final class DataOptions {

  private static final String USUAL = "fashion-mnist-sample";

  @Option(
      names = "--data",
      paramLabel = "NAME|FOLDER",
      description =
          "fashion-mnist-sample (shipped); fashion-mnist and the like where they are installed; or a"
              + " folder with IDX files, with CIFAR's binary files, or with a folder of PNG or JPEG"
              + " images for each class. Default: fashion-mnist-sample")
  private Optional<String> data = Optional.empty();

  @Option(
      names = "--image-size",
      paramLabel = "N",
      description =
          "Height and width to which the images of folders are brought; 0 for their own, if all have"
              + " the same. Default: 0")
  private Optional<Integer> imageSize = Optional.empty();

  @Option(
      names = "--augment",
      paramLabel = "NAME",
      description =
          "What is done to training images at random: none; crop-flip (cropped with 4 pixels around"
              + " them, half of them mirrored); crop; resized-crop-flip (a part of 8%% to 100%% of the area,"
              + " resized, half of them mirrored). Default: none for grey images, crop-flip for"
              + " colour images of up to 64 pixels, resized-crop-flip for larger ones")
  private Optional<String> augment = Optional.empty();

  /** Whether somebody named one. */
  public boolean given() {
    return data.isPresent();
  }

  /** The folder in which the data set, where it is one of files, is a folder of its name. */
  public Path folder() {
    var folder = Path.of(name()).toAbsolutePath().normalize();
    return Optional.ofNullable(folder.getParent()).orElse(folder);
  }

  /**
   * The data set, read.
   *
   * @throws StartException when its files cannot be read
   * @throws io.topiary.sparsity.InvalidInputException when there is none, or its files are not what
   *     they should be
   */
  public ImageDataSet open() {
    requireOneFolder("--data", name());
    imageSize.ifPresent(
        size ->
            require(
                size >= 0 && size <= DataSets.LARGEST_IMAGE,
                "--image-size is %d, but it should be between 1 and %d, or 0 for the images' own.",
                size,
                DataSets.LARGEST_IMAGE));
    try {
      return DataSets.open(name(), List.of(folder()), imageSize());
    } catch (IOException e) {
      throw new StartException(
          "The files of data set \"%s\" cannot be read: %s.".formatted(name(), Reason.of(e)), e);
    }
  }

  /** Height and width to which images are brought; 0 for their own. */
  int imageSize() {
    return imageSize.orElse(0);
  }

  /**
   * What is done to the training images of the data set at random.
   *
   * @throws StartException when there is no such thing
   * @throws io.topiary.sparsity.InvalidInputException when the images are too small for it
   */
  Augmentation augmentation(ImageDataSet opened) {
    augment.ifPresent(
        typed -> Refusals.requireChoice("--augment", typed, AugmentationChoice.labels()));
    var chosen =
        augment
            .map(AugmentationChoice::named)
            .orElseGet(() -> AugmentationChoice.usual(opened.image()))
            .augmentation();
    // Says whether they are large enough.
    opened.train().augmented(chosen, 0, 0);
    return chosen;
  }

  private String name() {
    return data.orElse(USUAL);
  }

  /** Folders end up in lists: Kafka's log.dirs and the workers' data folders. */
  public static void requireOneFolder(String option, String path) {
    require(
        path.indexOf(',') < 0,
        "%s is %s, but it should be one folder, with no comma in its name.",
        option,
        path);
  }
}
