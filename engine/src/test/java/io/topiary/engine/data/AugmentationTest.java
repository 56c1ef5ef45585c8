package io.topiary.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AugmentationTest {
  private static final long SEED = 3;
  private static final int SIDE = 32;
  private static final int PIXELS = 3 * SIDE * SIDE;
  private static final Augmentation CIFAR = new Augmentation(4, true, false);

  @TempDir private Path folder;

  private Images train;

  @BeforeEach
  void writeImagesInWhichNoTwoPixelsOfAChannelAreEqualInTheirNeighbourhood() throws IOException {
    for (String file : List.of("train.bin", "test.bin")) {
      int images = file.equals("train.bin") ? 50 : 10;
      byte[] records = new byte[images * (2 + PIXELS)];
      for (int i = 0; i < images; i++) {
        records[i * (2 + PIXELS) + 1] = (byte) i;
        for (int pixel = 0; pixel < PIXELS; pixel++) {
          int y = pixel / SIDE % SIDE;
          int x = pixel % SIDE;
          records[i * (2 + PIXELS) + 2 + pixel] = (byte) (1 + (x + 13 * y + 5 * i) % 255);
        }
      }
      Files.write(folder.resolve(file), records);
    }
    train = DataSets.open(folder.toString(), List.of()).train();
  }

  @Test
  void shouldLeaveImagesAsTheyAreWithoutAugmentation() {
    // When
    Images augmented = train.augmented(Augmentation.none(), SEED, 4);

    // Then
    assertThat(augmented.ready()).isTrue();
    for (int i = 0; i < train.size(); i++) {
      assertThat(fill(augmented, i)).isEqualTo(fill(train, i));
      assertThat(augmented.label(i)).isEqualTo(train.label(i));
    }
  }

  @Test
  void shouldMoveImagesByUpToThePaddingInAllDirectionsAlike() {
    // Given
    Map<Shift, Integer> drawn = new HashMap<>();
    int epochs = 120;

    // When
    for (int epoch = 0; epoch < epochs; epoch++) {
      Images augmented = train.augmented(CIFAR, SEED, epoch);
      for (int i = 0; i < train.size(); i++) {
        drawn.merge(shift(fill(train, i), fill(augmented, i)), 1, Integer::sum);
      }
    }

    // Then all 9 x 9 x 2 are drawn, each as often as the others but for chance
    double expected = epochs * train.size() / 162.0;
    assertThat(drawn).hasSize(162);
    double chiSquare =
        drawn.values().stream().mapToDouble(n -> (n - expected) * (n - expected) / expected).sum();
    // 161 degrees of freedom: mean 161, deviation 18.
    assertThat(chiSquare).isBetween(161 - 4 * 18.0, 161 + 4 * 18.0);
  }

  @Test
  void shouldPadWithBlackBeforePixelsAreNormalised() {
    // Given
    float[] image = fill(train, 0);
    Images augmented = train.augmented(new Augmentation(31, false, false), SEED, 0);

    // When: by what is drawn, almost all of the image is what came in at the edges
    float[] moved = fill(augmented, 0);

    // Then no pixel of the image is 0, and black is one step below the darkest of its 1 to 255
    float[] sorted = image.clone();
    Arrays.sort(sorted);
    float step = (sorted[sorted.length - 1] - sorted[0]) / 254;
    float[] all = moved.clone();
    Arrays.sort(all);
    assertThat(all[0]).isCloseTo(sorted[0] - step, within(step / 10));
    assertThat(all[0]).isLessThan(sorted[0]);
  }

  @Test
  void shouldMirrorHalfOfTheImages() {
    // Given
    int mirrored = 0;
    int epochs = 100;

    // When
    for (int epoch = 0; epoch < epochs; epoch++) {
      Images augmented = train.augmented(new Augmentation(0, true, false), SEED, epoch);
      for (int i = 0; i < train.size(); i++) {
        float[] image = fill(train, i);
        float[] seen = fill(augmented, i);
        boolean same = Arrays.equals(image, seen);
        assertThat(seen).isEqualTo(same ? image : mirrored(image));
        mirrored += same ? 0 : 1;
      }
    }

    // Then
    assertThat((double) mirrored / (epochs * train.size())).isCloseTo(0.5, within(0.03));
  }

  @Test
  void shouldDrawBySeedEpochAndImageAlone() {
    // Given one way through the images
    Images augmented = train.augmented(CIFAR, SEED, 7);
    List<float[]> forth =
        IntStream.range(0, train.size()).mapToObj(i -> fill(augmented, i)).toList();

    // Then another way, alone, sees the same pixels
    Images again = train.augmented(CIFAR, SEED, 7);
    for (int i = train.size() - 1; i >= 0; i--) {
      assertThat(fill(again, i)).isEqualTo(forth.get(i));
    }
    assertThat(differing(forth, train.augmented(CIFAR, SEED, 8))).isGreaterThan(35);
    assertThat(differing(forth, train.augmented(CIFAR, SEED + 1, 7))).isGreaterThan(35);
  }

  @Test
  void shouldSeeTheSamePixelsForGood() {
    // Given what seed, epoch and image have always meant: a recipe must mean it in every release
    Images augmented = train.augmented(CIFAR, 1, 2);

    // Then
    assertThat(IntStream.range(0, 6).mapToObj(i -> shift(fill(train, i), fill(augmented, i))))
        .containsExactly(
            new Shift(2, 3, false),
            new Shift(0, -1, false),
            new Shift(-2, -3, true),
            new Shift(4, 3, true),
            new Shift(1, -2, false),
            new Shift(-4, -2, true));
  }

  @Test
  void shouldCutOutAndResizeParts() {
    // Given
    Images augmented = train.augmented(new Augmentation(0, false, true), SEED, 0);
    float[] brightest = fill(train, 0);
    Arrays.sort(brightest);

    // Then nothing of it is brighter or darker than the images, and no two are alike
    int changed = 0;
    for (int i = 0; i < train.size(); i++) {
      float[] seen = fill(augmented, i);
      for (float pixel : seen) {
        assertThat(pixel).isBetween(brightest[0] - 0.02f, brightest[PIXELS - 1] + 0.02f);
      }
      changed += Arrays.equals(seen, fill(train, i)) ? 0 : 1;
    }
    assertThat(changed).isGreaterThan(40);
    assertThat(augmented.ready()).isFalse();
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    assertThatThrownBy(() -> new Augmentation(-1, false, false))
        .isInstanceOf(DataSetException.class)
        .hasMessage("The padding of random crops is -1; it must be at least 0.");
    assertThatThrownBy(() -> new Augmentation(4, true, true))
        .isInstanceOf(DataSetException.class)
        .hasMessage(
            "Random crops are asked for both with a padding of 4 and resized; it must be one or the"
                + " other.");
    assertThatThrownBy(() -> train.augmented(new Augmentation(32, false, false), SEED, 0))
        .isInstanceOf(DataSetException.class)
        .hasMessage(
            "The padding of random crops is 32, but images are 32 x 32 pixels; it must be below"
                + " their shorter side.");
  }

  private int differing(List<float[]> before, Images now) {
    return (int)
        IntStream.range(0, before.size())
            .filter(i -> !Arrays.equals(before.get(i), fill(now, i)))
            .count();
  }

  private static float[] fill(Images images, int index) {
    float[] pixels = new float[PIXELS];
    images.fill(new int[] {index}, 0, 1, FloatBuffer.wrap(pixels), LongBuffer.allocate(1));
    return pixels;
  }

  private static float[] mirrored(float[] image) {
    float[] mirrored = new float[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      mirrored[i / SIDE * SIDE + SIDE - 1 - i % SIDE] = image[i];
    }
    return mirrored;
  }

  /** Finds by which shift an image became another one, all channels alike; there must be one. */
  private static Shift shift(float[] image, float[] seen) {
    for (boolean flipped : new boolean[] {false, true}) {
      float[] upright = flipped ? mirrored(seen) : seen;
      for (int down = -4; down <= 4; down++) {
        for (int right = -4; right <= 4; right++) {
          if (isMoved(image, upright, down, right)) {
            return new Shift(down, right, flipped);
          }
        }
      }
    }
    throw new AssertionError("The image is not the other one moved by up to 4 pixels.");
  }

  private static boolean isMoved(float[] image, float[] seen, int down, int right) {
    for (int i = 0; i < PIXELS; i++) {
      int y = i / SIDE % SIDE + down;
      int x = i % SIDE + right;
      boolean inside = y >= 0 && y < SIDE && x >= 0 && x < SIDE;
      if (inside && seen[i] != image[i / (SIDE * SIDE) * SIDE * SIDE + y * SIDE + x]) {
        return false;
      }
    }
    return true;
  }

  private record Shift(int down, int right, boolean mirrored) {}
}
