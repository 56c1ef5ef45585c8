package io.topiary.engine.data;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A PNG or JPEG file, decoded by the JDK to red, green and blue. Grey becomes three equal channels;
 * what is transparent is laid over black, the colour that random crops are padded with; 16 bits
 * become their upper 8. Colour profiles are not applied: numbers stay what the file says.
 */
final class PictureFile {
  private static final int MOST_PIXELS = 100_000_000;
  private static final int CHANNELS = 3;
  private static final int OPAQUE = 255;

  private PictureFile() {}

  /** Whether a file's name says that it is a picture. */
  static boolean isPicture(String fileName) {
    String name = fileName.toLowerCase(Locale.ROOT);
    return !name.startsWith(".") && Stream.of(".png", ".jpg", ".jpeg").anyMatch(name::endsWith);
  }

  /**
   * The size of a picture, as the beginning of its file says it.
   *
   * @param name stands for the file in error messages
   * @throws DataSetException if the file does not begin as a picture does
   */
  static Size size(String name, byte[] file) {
    return read(name, file, reader -> new Size(reader.getHeight(0), reader.getWidth(0)));
  }

  /**
   * Decodes a whole file.
   *
   * @throws DataSetException if it is no picture, or a broken one
   */
  static Picture decode(String name, byte[] file) {
    return read(
        name,
        file,
        reader -> {
          List<String> damages = new ArrayList<>();
          // The JPEG decoder fills up with grey what is missing, and only warns.
          reader.addIIOReadWarningListener(
              (source, warning) -> {
                if (tellsOfDamage(warning)) {
                  damages.add(warning);
                }
              });
          BufferedImage image = reader.read(0);
          if (!damages.isEmpty()) {
            throw new IOException(damages.get(0));
          }
          return picture(image);
        });
  }

  private static <T> T read(String name, byte[] file, Reading<T> reading) {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new DataSetException(name + " is no picture: it must be a PNG or JPEG file.");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        requirePixels(name, reader.getHeight(0), reader.getWidth(0));
        return reading.from(reader);
      } finally {
        reader.dispose();
      }
    } catch (DataSetException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // On damaged files the JDK's decoders throw any exception, such as one of a bad index.
      throw new DataSetException(
          "%s cannot be decoded, so it is broken or of a kind that is not read: %s."
              .formatted(name, reason(e)),
          e);
    }
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return message == null || message.isBlank()
        ? e.getClass().getSimpleName()
        : message.strip().replaceAll("[.\\s]+$", "");
  }

  private static boolean tellsOfDamage(String warning) {
    String text = warning.toLowerCase(Locale.ROOT);
    return Stream.of("truncated", "premature", "corrupt").anyMatch(text::contains);
  }

  private static void requirePixels(String name, int height, int width) {
    if ((long) height * width > MOST_PIXELS) {
      throw new DataSetException(
          "%s has %,d x %,d pixels; it must have at most %,d."
              .formatted(name, height, width, MOST_PIXELS));
    }
  }

  private static Picture picture(BufferedImage image) throws IOException {
    int height = image.getHeight();
    int width = image.getWidth();
    byte[] pixels = new byte[CHANNELS * height * width];
    ColorModel colours = image.getColorModel();
    if (colours instanceof IndexColorModel) {
      fromPalette(image, pixels);
    } else {
      Raster raster = image.getRaster();
      int bands = raster.getNumBands();
      boolean alpha = colours.hasAlpha();
      if (bands != (alpha ? 2 : 1) && bands != (alpha ? CHANNELS + 1 : CHANNELS)) {
        throw new IOException("it has " + bands + " channels");
      }
      fromRaster(raster, alpha, colours.getComponentSize(0) - Byte.SIZE, pixels);
    }
    return new Picture(CHANNELS, height, width, pixels, 0);
  }

  private static void fromPalette(BufferedImage image, byte[] pixels) {
    int width = image.getWidth();
    int plane = image.getHeight() * width;
    int[] line = new int[width];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, width, 1, line, 0, width);
      for (int x = 0; x < width; x++) {
        int colour = line[x];
        for (int channel = 0; channel < CHANNELS; channel++) {
          int value = colour >> (Byte.SIZE * (CHANNELS - 1 - channel)) & 0xff;
          pixels[channel * plane + y * width + x] = overBlack(value, colour >>> 24);
        }
      }
    }
  }

  /** Not through the colour model, which would brighten grey and apply profiles. */
  private static void fromRaster(Raster raster, boolean alpha, int surplusBits, byte[] pixels) {
    int width = raster.getWidth();
    int plane = raster.getHeight() * width;
    int bands = raster.getNumBands();
    int colours = alpha ? bands - 1 : bands;
    int[] line = new int[width * bands];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, line);
      for (int x = 0; x < width; x++) {
        int from = x * bands;
        int opacity = alpha ? line[from + bands - 1] >> surplusBits : OPAQUE;
        for (int channel = 0; channel < CHANNELS; channel++) {
          int value = line[from + Math.min(channel, colours - 1)] >> surplusBits;
          pixels[channel * plane + y * width + x] = overBlack(value, opacity);
        }
      }
    }
  }

  private static byte overBlack(int value, int opacity) {
    return (byte) ((value * opacity + OPAQUE / 2) / OPAQUE);
  }

  /** Height and width in pixels. */
  record Size(int height, int width) {}

  /** What is asked of an open picture. */
  private interface Reading<T> {
    T from(ImageReader reader) throws IOException;
  }
}
