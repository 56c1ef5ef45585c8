package io.topiary.engine.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * CIFAR-10 and CIFAR-100 in their binary versions, as their archives unpack them (Krizhevsky, 2009,
 * Learning Multiple Layers of Features from Tiny Images). A record is one label, or a coarse and a
 * fine one of which the fine one counts, and 32 x 32 pixels: 1,024 bytes of red, then green, then
 * blue. The digest is over the contents of all files, training files first.
 *
 * <p>The files of training together have five times as many records as the test file. A smaller set
 * in the same proportion is read too; one that is not was cut short.
 */
final class CifarFormat implements DataSetFormat {
  private static final int CHANNELS = 3;
  private static final int SIDE = 32;
  private static final int PIXELS = CHANNELS * SIDE * SIDE;
  private static final int TRAINING_PER_TEST = 5;

  private final String title;
  private final List<String> trainingFiles;
  private final String testFile;
  private final List<Label> labels;

  private CifarFormat(
      String title, List<String> trainingFiles, String testFile, List<Label> labels) {
    this.title = title;
    this.trainingFiles = trainingFiles;
    this.testFile = testFile;
    this.labels = labels;
  }

  /** CIFAR-10. */
  static CifarFormat ten() {
    return new CifarFormat(
        "CIFAR-10",
        List.of(
            "data_batch_1.bin",
            "data_batch_2.bin",
            "data_batch_3.bin",
            "data_batch_4.bin",
            "data_batch_5.bin"),
        "test_batch.bin",
        List.of(new Label("label", 10)));
  }

  /** CIFAR-100 with its fine labels. */
  static CifarFormat hundred() {
    return new CifarFormat(
        "CIFAR-100",
        List.of("train.bin"),
        "test.bin",
        List.of(new Label("coarse label", 20), new Label("fine label", 100)));
  }

  @Override
  public String lookedFor() {
    return "%s's binary version (%s, %s)"
        .formatted(title, String.join(", ", trainingFiles), testFile);
  }

  @Override
  public boolean recognises(Path folder) {
    return Stream.concat(trainingFiles.stream(), Stream.of(testFile))
        .anyMatch(file -> Files.isRegularFile(folder.resolve(file)));
  }

  @Override
  public ImageDataSet read(String name, Path folder, int imageSize) throws IOException {
    List<Integer> trainingRecords = new ArrayList<>();
    for (String file : trainingFiles) {
      trainingRecords.add(records(name, folder, file));
    }
    int testRecords = records(name, folder, testFile);
    requireProportion(name, trainingRecords, testRecords);

    MessageDigest digest = Digests.sha256();
    HeldPictures training =
        read(name, folder, trainingFiles, testRecords * TRAINING_PER_TEST, digest);
    HeldPictures test = read(name, folder, List.of(testFile), testRecords, digest);
    DataSets.requireOwnSize(name, training.shape(), imageSize);
    Split split = Split.of(name, training, test);
    return split.dataSet(
        Digests.hex(digest), training.shape(), classes(), training.normalization(split.train()));
  }

  private int classes() {
    return labels.get(labels.size() - 1).classes();
  }

  private int bytesPerRecord() {
    return labels.size() + PIXELS;
  }

  /** How many records a file holds, by its length. */
  private int records(String name, Path folder, String file) throws IOException {
    Path path = folder.resolve(file);
    if (!Files.isRegularFile(path)) {
      throw new DataSetException(
          "Data set '%s' has no file %s; %s's binary version consists of %s and %s."
              .formatted(name, file, title, String.join(", ", trainingFiles), testFile));
    }
    long bytes = Files.size(path);
    // All of training goes into one array.
    long most = Integer.MAX_VALUE / PIXELS / trainingFiles.size() * (long) bytesPerRecord();
    if (bytes == 0 || bytes % bytesPerRecord() != 0 || bytes > most) {
      throw new DataSetException(
          "%s/%s has %,d bytes; it must have a multiple of %,d, which is one record of %s and %,d pixels, and at most %,d."
              .formatted(name, file, bytes, bytesPerRecord(), labelled(), PIXELS, most));
    }
    return (int) (bytes / bytesPerRecord());
  }

  private String labelled() {
    return labels.size() == 1 ? "1 label" : labels.size() + " labels";
  }

  private void requireProportion(String name, List<Integer> trainingRecords, int testRecords) {
    int expected = TRAINING_PER_TEST / trainingFiles.size() * testRecords;
    for (int i = 0; i < trainingRecords.size(); i++) {
      if (trainingRecords.get(i) != expected) {
        throw new DataSetException(
            "%s/%s holds %,d records and %s holds %,d; as in %s, it must be %d for each of the latter's, so one of them is too short or too long."
                .formatted(
                    name,
                    trainingFiles.get(i),
                    trainingRecords.get(i),
                    testFile,
                    testRecords,
                    title,
                    TRAINING_PER_TEST / trainingFiles.size()));
      }
    }
  }

  private HeldPictures read(
      String name, Path folder, List<String> files, int records, MessageDigest digest)
      throws IOException {
    byte[] pixels = new byte[records * PIXELS];
    byte[] classes = new byte[records];
    int perFile = records / files.size();
    for (int i = 0; i < files.size(); i++) {
      String file = files.get(i);
      try (InputStream content = Files.newInputStream(folder.resolve(file));
          DataInputStream in =
              new DataInputStream(new DigestInputStream(buffered(content), digest))) {
        for (int row = i * perFile; row < (i + 1) * perFile; row++) {
          classes[row] = label(name + "/" + file, row - i * perFile, in);
          in.readFully(pixels, row * PIXELS, PIXELS);
        }
      } catch (EOFException e) {
        throw new DataSetException(
            "%s/%s became shorter while it was read.".formatted(name, file), e);
      }
    }
    return new HeldPictures(CHANNELS, SIDE, SIDE, pixels, classes);
  }

  private static InputStream buffered(InputStream content) {
    return new BufferedInputStream(content, 1 << 16);
  }

  /** The last label of a record, which is the one that counts. */
  private byte label(String file, int record, DataInputStream in) throws IOException {
    int value = 0;
    for (Label label : labels) {
      value = in.readUnsignedByte();
      if (value >= label.classes()) {
        throw new DataSetException(
            "%s has the %s %d in record %d, counted from 0; it must be in 0 to %d."
                .formatted(file, label.name(), value, record, label.classes() - 1));
      }
    }
    return (byte) value;
  }

  private record Label(String name, int classes) {}
}
