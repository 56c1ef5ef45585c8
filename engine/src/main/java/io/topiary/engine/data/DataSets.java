package io.topiary.engine.data;

import io.topiary.engine.random.RandomStream;
import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Finds and opens data sets: the sample that is shipped, or any folder with four IDX files named as
 * MNIST and Fashion-MNIST name them, plain or compressed with gzip.
 */
public final class DataSets {
  /** 6,000 training and 2,000 test images of Fashion-MNIST, shipped with this library. */
  public static final String FASHION_MNIST_SAMPLE = "fashion-mnist-sample";

  private static final int ONE_HELD_OUT_OF = 10;
  private static final Path SYSTEM_DATA_SETS = Path.of("/usr/share/datasets");
  private static final String TRAINING_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAINING_LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

  private DataSets() {}

  /**
   * Opens a data set.
   *
   * @param nameOrFolder {@value #FASHION_MNIST_SAMPLE}, or the name of a folder in the search path
   *     or in /usr/share/datasets (where Debian's dataset-fashion-mnist puts fashion-mnist), or the
   *     path of a folder
   * @param searchPath folders whose sub-folders are data sets, looked through in this order
   * @throws DataSetException if there is no such data set or its files are not what they should be
   * @throws IOException if they cannot be read
   */
  public static ImageDataSet open(String nameOrFolder, List<Path> searchPath) throws IOException {
    if (nameOrFolder.equals(FASHION_MNIST_SAMPLE)) {
      return read(nameOrFolder, DataSets::resource);
    }
    Path folder = folder(nameOrFolder, searchPath);
    return read(String.valueOf(folder.getFileName()), file -> fileIn(folder, file));
  }

  private static Path folder(String nameOrFolder, List<Path> searchPath) {
    if (nameOrFolder.isBlank()) {
      throw new DataSetException("The data set has no name: give one, or the path of its folder.");
    }
    List<Path> candidates = new ArrayList<>();
    try {
      Path given = Path.of(nameOrFolder);
      if (isName(given)) {
        searchPath.forEach(path -> candidates.add(path.resolve(given)));
        candidates.add(SYSTEM_DATA_SETS.resolve(given));
      }
      candidates.add(given.toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      throw new DataSetException(
          "'" + nameOrFolder + "' is neither the name of a data set nor a folder.", e);
    }
    return candidates.stream()
        .filter(Files::isDirectory)
        .findFirst()
        .orElseThrow(
            () ->
                new DataSetException(
                    "There is no data set '%s': use %s, or put its four IDX files into one of the folders %s."
                        .formatted(
                            nameOrFolder,
                            FASHION_MNIST_SAMPLE,
                            candidates.stream().distinct().toList())));
  }

  /** Whether it may be a sub-folder's name; a path such as "." or "../mnist" means one folder. */
  private static boolean isName(Path given) {
    return given.getNameCount() == 1
        && !given.isAbsolute()
        && !given.equals(Path.of("."))
        && !given.equals(Path.of(".."));
  }

  private static ImageDataSet read(String name, FileSource files) throws IOException {
    MessageDigest digest = sha256();
    LabelledBytes training =
        new LabelledBytes(
            idx(name, files, TRAINING_IMAGES, 3, digest),
            idx(name, files, TRAINING_LABELS, 1, digest));
    LabelledBytes test =
        new LabelledBytes(
            idx(name, files, TEST_IMAGES, 3, digest), idx(name, files, TEST_LABELS, 1, digest));
    return split(name, HexFormat.of().formatHex(digest.digest()), training, test);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }

  private static ImageDataSet split(
      String name, String sha256, LabelledBytes training, LabelledBytes test) {
    Shape image = shape(training.images());
    if (!image.equals(shape(test.images()))) {
      throw new DataSetException(
          "Training and test images must have one shape, but in %s they have %s and %s."
              .formatted(name, image, shape(test.images())));
    }
    if (training.size() < ONE_HELD_OUT_OF) {
      throw new DataSetException(
          "Data set '%s' has %d training images; it takes at least %d to hold out a tenth."
              .formatted(name, training.size(), ONE_HELD_OUT_OF));
    }
    int classes = training.classes();
    test.requireLabelsBelow(classes);

    int[] order = RandomStream.of(ImageDataSet.HELD_OUT_SEED).permutation(training.size());
    int heldOut = order.length / ONE_HELD_OUT_OF;
    int[] trainRows = Arrays.copyOfRange(order, heldOut, order.length);
    int[] validationRows = Arrays.copyOf(order, heldOut);
    int[] testRows = IntStream.range(0, test.size()).toArray();
    Normalization normalization =
        Normalization.of(training.images().content(), trainRows, Math.toIntExact(image.elements()));
    return new ImageDataSet(
        name,
        sha256,
        image,
        classes,
        new Images(image, classes, training, trainRows, normalization),
        new Images(image, classes, training, validationRows, normalization),
        new Images(image, classes, test, testRows, normalization));
  }

  private static Shape shape(IdxFile images) {
    return Shape.of(1, images.dimensions().get(1), images.dimensions().get(2));
  }

  private static IdxFile idx(
      String name, FileSource files, String file, int rank, MessageDigest digest)
      throws IOException {
    InputStream content =
        files
            .open(file)
            .orElseThrow(
                () ->
                    new DataSetException(
                        "Data set '%s' has no file %s, neither plain nor as %s.gz."
                            .formatted(name, file, file)));
    return IdxFile.read(name + "/" + file, content, rank, digest);
  }

  private static Optional<InputStream> resource(String file) {
    return Optional.ofNullable(
        DataSets.class.getResourceAsStream(FASHION_MNIST_SAMPLE + "/" + file + ".gz"));
  }

  private static Optional<InputStream> fileIn(Path folder, String file) throws IOException {
    for (Path path : List.of(folder.resolve(file), folder.resolve(file + ".gz"))) {
      if (Files.isRegularFile(path)) {
        return Optional.of(Files.newInputStream(path));
      }
    }
    return Optional.empty();
  }

  /** The files of one data set: a folder, or resources. */
  private interface FileSource {
    Optional<InputStream> open(String file) throws IOException;
  }
}
