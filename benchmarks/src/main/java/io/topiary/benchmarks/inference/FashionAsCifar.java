package io.topiary.benchmarks.inference;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Fashion-MNIST in the shape of CIFAR-10, for networks that are known at that size: two pixels of
 * black around each image, the same in all three channels. Only as many images as the short
 * trainings see.
 */
final class FashionAsCifar {

  private static final int SIDE = 28;
  private static final int BORDER = 2;
  private static final int WIDE = SIDE + 2 * BORDER;
  private static final int CHANNELS = 3;
  private static final int TRAINING_FILES = 5;
  private static final int IMAGES_PER_FILE = 4_000;

  private FashionAsCifar() {}

  /** The folder with the images, made now unless it is there. */
  static Path folder(Path cache, Path fashion) throws IOException {
    var folder = cache.resolve("fashion-as-cifar");
    var done = folder.resolve("complete");
    if (!Files.exists(done)) {
      Files.createDirectories(folder);
      try (var images = open(fashion, "train-images-idx3-ubyte", 16);
          var labels = open(fashion, "train-labels-idx1-ubyte", 8)) {
        for (var file = 1; file <= TRAINING_FILES; file++) {
          write(folder.resolve("data_batch_" + file + ".bin"), images, labels);
        }
      }
      try (var images = open(fashion, "t10k-images-idx3-ubyte", 16);
          var labels = open(fashion, "t10k-labels-idx1-ubyte", 8)) {
        write(folder.resolve("test_batch.bin"), images, labels);
      }
      Files.write(done, "of Fashion-MNIST\n".getBytes(UTF_8));
    }
    return folder;
  }

  /** A file of IDX, gzipped or not, behind its header. */
  private static DataInputStream open(Path folder, String name, int header) throws IOException {
    var gzipped = folder.resolve(name + ".gz");
    var in =
        new DataInputStream(
            new BufferedInputStream(
                Files.exists(gzipped)
                    ? new GZIPInputStream(Files.newInputStream(gzipped))
                    : Files.newInputStream(folder.resolve(name))));
    in.readFully(new byte[header]);
    return in;
  }

  private static void write(Path file, DataInputStream images, DataInputStream labels)
      throws IOException {
    var plane = WIDE * WIDE;
    var records = new byte[IMAGES_PER_FILE * (1 + CHANNELS * plane)];
    var row = new byte[SIDE];
    for (var image = 0; image < IMAGES_PER_FILE; image++) {
      var start = image * (1 + CHANNELS * plane);
      records[start] = labels.readByte();
      for (var y = 0; y < SIDE; y++) {
        images.readFully(row);
        for (var channel = 0; channel < CHANNELS; channel++) {
          var to = start + 1 + channel * plane + (y + BORDER) * WIDE + BORDER;
          System.arraycopy(row, 0, records, to, SIDE);
        }
      }
    }
    Files.write(file, records);
  }
}
