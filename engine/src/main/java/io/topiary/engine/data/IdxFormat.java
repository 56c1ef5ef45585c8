package io.topiary.engine.data;

import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * Four IDX files named as MNIST and Fashion-MNIST name them, plain or compressed with gzip: grey
 * images of one size. The digest is over the uncompressed contents of training images, training
 * labels, test images and test labels, in this order.
 */
final class IdxFormat implements DataSetFormat {
  private static final String TRAINING_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAINING_LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

  @Override
  public String lookedFor() {
    return "four IDX files (%s, %s, %s, %s, plain or as .gz)"
        .formatted(TRAINING_IMAGES, TRAINING_LABELS, TEST_IMAGES, TEST_LABELS);
  }

  @Override
  public boolean recognises(Path folder) throws IOException {
    for (String file : List.of(TRAINING_IMAGES, TRAINING_LABELS, TEST_IMAGES, TEST_LABELS)) {
      if (path(folder, file).isPresent()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public ImageDataSet read(String name, Path folder, int imageSize) throws IOException {
    return read(name, file -> open(folder, file), imageSize);
  }

  /** Reads a data set from wherever its files are. */
  ImageDataSet read(String name, FileSource files, int imageSize) throws IOException {
    MessageDigest digest = Digests.sha256();
    LabelledBytes training =
        new LabelledBytes(
            idx(name, files, TRAINING_IMAGES, 3, digest),
            idx(name, files, TRAINING_LABELS, 1, digest));
    LabelledBytes test =
        new LabelledBytes(
            idx(name, files, TEST_IMAGES, 3, digest), idx(name, files, TEST_LABELS, 1, digest));
    Shape image = training.pictures().shape();
    if (!image.equals(test.pictures().shape())) {
      throw new DataSetException(
          "Training and test images must have one shape, but in %s they have %s and %s."
              .formatted(name, image, test.pictures().shape()));
    }
    DataSets.requireOwnSize(name, image, imageSize);
    Split split = Split.of(name, training.pictures(), test.pictures());
    int classes = training.classes();
    test.requireLabelsBelow(classes);
    return split.dataSet(
        Digests.hex(digest), image, classes, training.pictures().normalization(split.train()));
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

  private static Optional<InputStream> open(Path folder, String file) throws IOException {
    Optional<Path> path = path(folder, file);
    return path.isPresent() ? Optional.of(Files.newInputStream(path.get())) : Optional.empty();
  }

  private static Optional<Path> path(Path folder, String file) {
    return List.of(folder.resolve(file), folder.resolve(file + ".gz")).stream()
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** The files of one data set: a folder, or resources. */
  interface FileSource {
    Optional<InputStream> open(String file) throws IOException;
  }
}
