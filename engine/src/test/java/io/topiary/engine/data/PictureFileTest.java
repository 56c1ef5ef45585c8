package io.topiary.engine.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.engine.data.PictureFile.Size;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureFileTest {

  @Test
  void shouldReadColoursChannelByChannel() throws IOException {
    // Given
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_3BYTE_BGR);
    image.setRGB(0, 0, 0x0a141e);
    image.setRGB(1, 0, 0xc8d2dc);

    // When
    Picture picture = PictureFile.decode("a.png", file(image, "png"));

    // Then
    assertThat(picture.has(1, 2)).isTrue();
    assertThat(values(picture)).containsExactly(10, 200, 20, 210, 30, 220);
  }

  @Test
  void shouldMakeThreeEqualChannelsOfGreyAndNotBrightenIt() throws IOException {
    // Given
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setPixels(0, 0, 3, 1, new int[] {0, 100, 255});

    // Then
    assertThat(values(PictureFile.decode("a.png", file(image, "png"))))
        .containsExactly(0, 100, 255, 0, 100, 255, 0, 100, 255);
  }

  @Test
  void shouldKeepTheUpperHalfOfSixteenBits() throws IOException {
    // Given
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setPixels(0, 0, 2, 1, new int[] {0x1234, 0xffff});

    // Then
    assertThat(values(PictureFile.decode("a.png", file(image, "png"))))
        .containsExactly(0x12, 0xff, 0x12, 0xff, 0x12, 0xff);
  }

  @Test
  void shouldLayWhatIsTransparentOverBlack() throws IOException {
    // Given
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_4BYTE_ABGR);
    image.setRGB(0, 0, 0xff0a141e);
    image.setRGB(1, 0, 0x330a1464);
    image.setRGB(2, 0, 0x000a141e);

    // Then 0x33 is a fifth
    assertThat(values(PictureFile.decode("a.png", file(image, "png"))))
        .containsExactly(10, 2, 0, 20, 4, 0, 30, 20, 0);
  }

  @Test
  void shouldLookUpThePaletteOfAPicture() throws IOException {
    // Given
    byte[] red = {0, (byte) 200};
    byte[] green = {1, (byte) 201};
    byte[] blue = {2, (byte) 202};
    BufferedImage image =
        new BufferedImage(
            2, 1, BufferedImage.TYPE_BYTE_INDEXED, new IndexColorModel(8, 2, red, green, blue));
    image.getRaster().setPixels(0, 0, 2, 1, new int[] {1, 0});

    // Then
    assertThat(values(PictureFile.decode("a.png", file(image, "png"))))
        .containsExactly(200, 0, 201, 1, 202, 2);
  }

  @Test
  void shouldReadJpeg() throws IOException {
    // Given
    BufferedImage image = plain(20, 10, new Color(200, 100, 50));

    // When
    Picture picture = PictureFile.decode("a.jpg", file(image, "jpg"));

    // Then JPEG loses a little
    assertThat(picture.has(10, 20)).isTrue();
    List<Integer> values = values(picture);
    assertThat(values.subList(0, 200)).allMatch(value -> Math.abs(value - 200) <= 2);
    assertThat(values.subList(200, 400)).allMatch(value -> Math.abs(value - 100) <= 2);
    assertThat(values.subList(400, 600)).allMatch(value -> Math.abs(value - 50) <= 2);
  }

  @Test
  void shouldTellTheSizeByTheBeginningOfAFile() throws IOException {
    byte[] file = file(plain(20, 10, Color.RED), "png");

    assertThat(PictureFile.size("a.png", Arrays.copyOf(file, 40))).isEqualTo(new Size(10, 20));
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg"})
  void shouldNameAFileThatIsCutShort(String format) throws IOException {
    // Given
    byte[] file = file(noise(64), format);

    // Then
    for (int part = 1; part < 10; part++) {
      byte[] torn = Arrays.copyOf(file, file.length * part / 10);
      assertThatThrownBy(() -> PictureFile.decode("cats/a." + format, torn))
          .as("%d tenths", part)
          .isInstanceOf(DataSetException.class)
          .hasMessageStartingWith(
              "cats/a.%s cannot be decoded, so it is broken or of a kind that is not read: "
                  .formatted(format));
    }
  }

  @Test
  void shouldNameAFileThatIsNoPicture() {
    for (byte[] file : List.of(new byte[0], new byte[] {1, 2, 3}, "<html>".getBytes(UTF_8))) {
      assertThatThrownBy(() -> PictureFile.decode("cats/a.png", file))
          .isInstanceOf(DataSetException.class)
          .hasMessage("cats/a.png is no picture: it must be a PNG or JPEG file.");
    }
  }

  @Test
  void shouldRefuseMorePixelsThanMemoryIsFor() throws IOException {
    // Given a file that says it is 20,000 x 20,000 pixels large
    byte[] file = file(plain(20, 10, Color.RED), "png");
    byte[] side = {0, 0, 0x4e, 0x20};
    System.arraycopy(side, 0, file, 16, 4);
    System.arraycopy(side, 0, file, 20, 4);

    // Then
    assertThatThrownBy(() -> PictureFile.size("a.png", file))
        .isInstanceOf(DataSetException.class)
        .hasMessage("a.png has 20,000 x 20,000 pixels; it must have at most 100,000,000.");
  }

  private static BufferedImage plain(int width, int height, Color colour) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, colour.getRGB());
    }
    return image;
  }

  private static BufferedImage noise(int side) {
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < side * side; i++) {
      image.setRGB(i % side, i / side, i * 0x9e3779b9);
    }
    return image;
  }

  private static byte[] file(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, file)).isTrue();
    return file.toByteArray();
  }

  private static List<Integer> values(Picture picture) {
    return IntStream.range(0, 3 * picture.height() * picture.width())
        .mapToObj(i -> Byte.toUnsignedInt(picture.pixels()[i]))
        .toList();
  }
}
