package io.topiary.engine.data;

import io.topiary.engine.random.RandomStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Images of noise, brighter in one row or another according to their class, so there is something
 * to learn.
 */
public final class RandomDataSet {
  private static final int TEST_IMAGES = 130;

  private RandomDataSet() {}

  /**
   * Writes and opens a data set of square images; a ninth of the training images more are held out.
   */
  public static ImageDataSet write(
      Path folder, int trainingImages, int side, int classes, long seed) throws IOException {
    RandomStream random = RandomStream.of(seed);
    write(folder, "train", trainingImages, side, classes, random);
    write(folder, "t10k", TEST_IMAGES, side, classes, random);
    return DataSets.open(folder.toString(), List.of());
  }

  private static void write(
      Path folder, String part, int images, int side, int classes, RandomStream random)
      throws IOException {
    ByteBuffer pixels = ByteBuffer.allocate(16 + images * side * side);
    ByteBuffer labels = ByteBuffer.allocate(8 + images);
    pixels.putInt(0x803).putInt(images).putInt(side).putInt(side);
    labels.putInt(0x801).putInt(images);
    for (int i = 0; i < images; i++) {
      int label = i % classes;
      labels.put((byte) label);
      for (int pixel = 0; pixel < side * side; pixel++) {
        int brightness = pixel / side == label % side ? 55 : 0;
        pixels.put((byte) (random.nextInt(200) + brightness));
      }
    }
    Files.write(folder.resolve(part + "-images-idx3-ubyte"), pixels.array());
    Files.write(folder.resolve(part + "-labels-idx1-ubyte"), labels.array());
  }
}
