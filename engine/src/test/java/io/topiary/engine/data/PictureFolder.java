package io.topiary.engine.data;

import io.topiary.engine.random.RandomStream;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Files of noise, in colour and of many sizes, brighter in one class than in the other. */
public final class PictureFolder {
  private static final int TEST_IMAGES = 5;

  private PictureFolder() {}

  /**
   * Writes and opens pictures of two classes, none of which is held: every file is decoded whenever
   * it is asked for.
   *
   * @param perClass training images of each class
   * @param imageSize height and width they are brought to
   */
  public static ImageDataSet write(Path folder, int perClass, int imageSize, long seed)
      throws IOException {
    RandomStream random = RandomStream.of(seed);
    for (int i = 0; i < perClass; i++) {
      write(folder.resolve("train/dark/" + i + ".png"), random, 0);
      write(folder.resolve("train/light/" + i + ".jpg"), random, 100);
    }
    for (int i = 0; i < TEST_IMAGES; i++) {
      write(folder.resolve("test/dark/" + i + ".png"), random, 0);
      write(folder.resolve("test/light/" + i + ".png"), random, 100);
    }
    return new FolderFormat(0).read("pictures", folder, imageSize);
  }

  private static void write(Path file, RandomStream random, int brightness) throws IOException {
    BufferedImage image =
        new BufferedImage(
            8 + random.nextInt(8), 8 + random.nextInt(8), BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
      int colour = 0;
      for (int channel = 0; channel < 3; channel++) {
        colour = colour << 8 | (random.nextInt(156) + brightness);
      }
      image.setRGB(i % image.getWidth(), i / image.getWidth(), colour);
    }
    Files.createDirectories(file.getParent());
    String name = file.toString();
    ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
  }
}
