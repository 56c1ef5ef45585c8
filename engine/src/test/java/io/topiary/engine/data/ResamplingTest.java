package io.topiary.engine.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.data.Picture.Box;
import java.util.List;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Values of larger pictures are those of Pillow 9.4 and torchvision 0.14, {@code Image.resize(...,
 * BILINEAR)} and {@code Resize} before {@code CenterCrop}.
 */
class ResamplingTest {
  private static final Picture GREY =
      grey(9, 7, (y, x) -> (37 * x + 91 * y * y + 13 * x * y) % 256);

  @Test
  void shouldWeightNeighboursByTheirDistanceWhenAPictureGrows() {
    // Given 2 pixels, whose centres are a quarter and three quarters along
    Picture line = grey(1, 2, (y, x) -> 100 * x);

    // When
    Picture grown = Resampling.resize(line, line.whole(), 1, 4);

    // Then
    assertThat(values(grown)).containsExactly(0, 25, 75, 100);
  }

  @Test
  void shouldReachTwiceAsFarWhenAPictureBecomesHalfAsWide() {
    // Given
    Picture line = grey(1, 4, (y, x) -> 70 * x);

    // When
    Picture half = Resampling.resize(line, line.whole(), 1, 2);

    // Then weights are 3/7, 3/7 and 1/7, and the other way round
    assertThat(values(half)).containsExactly(50, 160);
  }

  @Test
  void shouldResizeAsPillowDoes() {
    assertThat(values(Resampling.resize(GREY, GREY.whole(), 3, 4)))
        .containsExactly(95, 151, 111, 167, 121, 122, 96, 159, 152, 145, 146, 116);
    assertThat(values(Resampling.resize(GREY, GREY.whole(), 4, 3)))
        .containsExactly(102, 136, 145, 124, 111, 161, 133, 106, 127, 152, 155, 128);
    assertThat(values(Resampling.resize(GREY, GREY.whole(), 12, 10)))
        .startsWith(0, 20, 46, 72, 98, 124, 150, 176, 202, 222, 57, 81, 114, 145, 177, 152)
        .endsWith(192, 129, 112, 211, 143, 152, 238, 158, 77, 14)
        .hasSize(120);
  }

  @Test
  void shouldSeeNothingOutsideOfThePart() {
    // When
    Picture part = Resampling.resize(GREY, new Box(1, 2, 7, 4), 3, 3);

    // Then as Pillow, cropped first
    assertThat(values(part)).containsExactly(181, 94, 121, 135, 84, 127, 138, 117, 135);
  }

  @Test
  void shouldLeaveAPictureOfTheSameSizeAsItIs() {
    assertThat(values(Resampling.resize(GREY, GREY.whole(), 9, 7))).isEqualTo(values(GREY));
  }

  @Test
  void shouldFitAsTorchvisionResizesTheShorterSideAndCutsOutTheMiddle() {
    // Given
    Picture colours = colours();

    // When: the shorter side is brought to 8, the longer to 12
    Picture fitted = Resampling.fit(colours, 7, 7);

    // Then
    assertThat(fitted.channels()).isEqualTo(3);
    assertThat(fitted.has(7, 7)).isTrue();
    assertThat(values(fitted)).hasSize(147);
    assertThat(values(fitted).subList(0, 14))
        .containsExactly(66, 100, 134, 168, 202, 140, 14, 140, 174, 208, 129, 68, 84, 88);
    assertThat(values(fitted).subList(56, 70))
        .containsExactly(21, 29, 38, 46, 54, 62, 70, 38, 56, 73, 89, 106, 123, 140);
    assertThat(values(fitted).subList(133, 147))
        .containsExactly(131, 125, 119, 112, 106, 99, 93, 120, 114, 108, 101, 95, 88, 82);
  }

  @Test
  void shouldFitPicturesOfAnyShape() {
    for (int[] size : new int[][] {{1, 1}, {1, 500}, {500, 1}, {256, 256}, {224, 225}}) {
      Picture fitted = Resampling.fit(grey(size[0], size[1], (y, x) -> 77), 224, 224);

      assertThat(fitted.has(224, 224)).as("%d x %d", size[0], size[1]).isTrue();
      assertThat(values(fitted)).as("%d x %d", size[0], size[1]).containsOnly(77);
    }
  }

  private static Picture colours() {
    byte[] pixels = new byte[3 * 77];
    for (int y = 0; y < 7; y++) {
      for (int x = 0; x < 11; x++) {
        pixels[y * 11 + x] = (byte) ((37 * x + 91 * y * y) % 256);
        pixels[77 + y * 11 + x] = (byte) ((11 * x * y + 5) % 256);
        pixels[154 + y * 11 + x] = (byte) (200 - 7 * x - 13 * y);
      }
    }
    return new Picture(3, 7, 11, pixels, 0);
  }

  private static Picture grey(int height, int width, IntBinaryOperator value) {
    byte[] pixels = new byte[height * width];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) value.applyAsInt(i / width, i % width);
    }
    return new Picture(1, height, width, pixels, 0);
  }

  private static List<Integer> values(Picture picture) {
    int size = picture.channels() * picture.height() * picture.width();
    return IntStream.range(picture.from(), picture.from() + size)
        .mapToObj(i -> Byte.toUnsignedInt(picture.pixels()[i]))
        .toList();
  }
}
