package io.topiary.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetsTest {
  /** 40 training images of 2 x 3 pixels: image i has pixels 6 i to 6 i + 5 and label i % 4. */
  private static final byte[] TRAIN_PIXELS = bytes(240, i -> i);

  private static final byte[] TRAIN_LABELS = bytes(40, i -> i % 4);

  private static final List<String> FILES =
      List.of(
          "train-images-idx3-ubyte",
          "train-labels-idx1-ubyte",
          "t10k-images-idx3-ubyte",
          "t10k-labels-idx1-ubyte");

  @TempDir private Path folder;

  @BeforeEach
  void writeASmallDataSet() throws IOException {
    write("train-images-idx3-ubyte", TRAIN_PIXELS, 40, 2, 3);
    write("train-labels-idx1-ubyte", TRAIN_LABELS, 40);
    write("t10k-images-idx3-ubyte", bytes(18, i -> 9), 3, 2, 3);
    write("t10k-labels-idx1-ubyte", bytes(3, i -> i), 3);
  }

  @Test
  void shouldOpenTheShippedSample() throws IOException {
    // When
    ImageDataSet sample = DataSets.open(DataSets.FASHION_MNIST_SAMPLE, List.of());

    // Then
    assertThat(sample.name()).isEqualTo("fashion-mnist-sample");
    assertThat(sample.sha256())
        .isEqualTo("a912c04abd0d7d6c8da5c05831211f2872868b8201f9f11ee458419ecfa8e108");
    assertThat(sample.image()).isEqualTo(Shape.of(1, 28, 28));
    assertThat(sample.classes()).isEqualTo(10);
    assertThat(sample.train().size()).isEqualTo(5_400);
    assertThat(sample.validation().size()).isEqualTo(600);
    assertThat(sample.test().size()).isEqualTo(2_000);
    assertThat(imagesPerClass(sample.test())).containsOnly(200).hasSize(10);
  }

  @Test
  void shouldHoldOutATenthAndNeverTrainOnIt() throws IOException {
    // When
    ImageDataSet data = open();

    // Then
    Set<Long> held = firstPixels(data.validation());
    Set<Long> trained = firstPixels(data.train());
    assertThat(held).hasSize(4).doesNotContainAnyElementsOf(trained);
    assertThat(trained).hasSize(36);
  }

  @Test
  void shouldHoldOutTheSameImagesForGood() throws IOException {
    // When
    Images held = DataSets.open(DataSets.FASHION_MNIST_SAMPLE, List.of()).validation();

    // Then
    assertThat(IntStream.range(0, 12).map(held::label))
        .containsExactly(4, 9, 2, 4, 0, 3, 5, 2, 3, 5, 4, 6);
  }

  @Test
  void shouldNormaliseByMeanAndDeviationOfTheTrainingSplit() throws IOException {
    // Given
    Images train = open().train();
    float[] pixels = new float[36 * 6];

    // When
    fill(train, 0, 36, FloatBuffer.wrap(pixels), LongBuffer.allocate(36));

    // Then
    double mean = 0;
    double square = 0;
    for (float pixel : pixels) {
      mean += pixel / pixels.length;
      square += (double) pixel * pixel / pixels.length;
    }
    assertThat(mean).isCloseTo(0, within(1e-6));
    assertThat(square).isCloseTo(1, within(1e-6));
  }

  @Test
  void shouldFillABatchFromTheGivenImagesOnly() throws IOException {
    // Given
    Images train = open().train();
    FloatBuffer pixels = FloatBuffer.allocate(20);
    LongBuffer labels = LongBuffer.allocate(3);

    // When
    train.fill(new int[] {5, 9, 7}, 1, 2, pixels, labels);

    // Then
    assertThat(pixels.position()).isEqualTo(12);
    assertThat(labels.flip().remaining()).isEqualTo(2);
    assertThat(labels.get(0)).isEqualTo(train.label(9));
    assertThat(labels.get(1)).isEqualTo(train.label(7));
    // Pixels of one image rise by the same step.
    assertThat(pixels.get(1) - pixels.get(0))
        .isEqualTo(pixels.get(11) - pixels.get(10), within(1e-6f));
  }

  @Test
  void shouldGivePlainAndCompressedFilesOneDigest() throws IOException {
    // Given
    String plain = open().sha256();

    // When
    for (String name : FILES) {
      Path file = folder.resolve(name);
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(Path.of(file + ".gz")))) {
        Files.copy(file, out);
      }
      Files.delete(file);
    }

    // Then
    assertThat(open().sha256()).isEqualTo(plain).hasSize(64);
  }

  @Test
  void shouldGiveOtherImagesAnotherDigest() throws IOException {
    // Given
    String before = open().sha256();

    // When
    write("t10k-labels-idx1-ubyte", bytes(3, i -> 2 - i), 3);

    // Then
    assertThat(open().sha256()).isNotEqualTo(before);
  }

  @Test
  void shouldFindADataSetByNameInTheSearchPath() throws IOException {
    // When
    ImageDataSet data =
        DataSets.open(
            folder.getFileName().toString(), List.of(folder.resolve("none"), folder.getParent()));

    // Then
    assertThat(data.name()).isEqualTo(folder.getFileName().toString());
  }

  @Test
  void shouldTakeAPathForOneFolderWhateverTheSearchPathHolds() throws IOException {
    // Given a search path in which the same steps lead to a data set
    List<Path> searchPath = List.of(folder, Files.createDirectory(folder.resolve("sub")));

    // Then it is this directory that has no images, and the one above it
    for (String path : List.of(".", "..", "./.", "../.")) {
      assertThatThrownBy(() -> DataSets.open(path, searchPath))
          .as(path)
          .isInstanceOf(DataSetException.class)
          .hasMessageStartingWith(
              "Folder %s holds no data set", Path.of(path).toAbsolutePath().normalize());
    }
  }

  @Test
  void shouldNameTheFoldersItLookedInForAnUnknownDataSet() throws IOException {
    assertThatThrownBy(() -> DataSets.open("cifar", List.of(folder)))
        .isInstanceOf(DataSetException.class)
        .hasMessageStartingWith("There is no data set 'cifar': use fashion-mnist-sample")
        .hasMessageContaining(folder.resolve("cifar").toString());
  }

  @Test
  void shouldNameAMissingFile() throws IOException {
    // Given
    Files.delete(folder.resolve("train-labels-idx1-ubyte"));

    // When, Then
    assertRefused("has no file train-labels-idx1-ubyte, neither plain nor as");
  }

  @Test
  void shouldRefuseADifferentNumberOfLabels() throws IOException {
    // Given
    write("t10k-labels-idx1-ubyte", bytes(4, i -> i % 4), 4);

    // When, Then
    assertRefused("t10k-images-idx3-ubyte holds 3 images but");
  }

  @Test
  void shouldRefuseALabelBeyondAGap() throws IOException {
    // Given
    write("train-labels-idx1-ubyte", bytes(40, i -> i == 17 ? 200 : i % 4), 40);

    // When, Then
    assertRefused("train-labels-idx1-ubyte has label 200 but no label 4");
  }

  @Test
  void shouldRefuseATestLabelThatTrainingDoesNotKnow() throws IOException {
    // Given
    write("t10k-labels-idx1-ubyte", bytes(3, i -> 3 + i), 3);

    // When, Then
    assertRefused("has label 4 at position 1, but the training images know only 0 to 3");
  }

  @Test
  void shouldRefuseTooFewImagesToHoldOutATenth() throws IOException {
    // Given
    write("train-images-idx3-ubyte", bytes(54, i -> i), 9, 2, 3);
    write("train-labels-idx1-ubyte", bytes(9, i -> i % 4), 9);

    // When, Then
    assertRefused("has 9 training images; it takes at least 10");
  }

  @Test
  void shouldRefuseTestImagesOfAnotherShape() throws IOException {
    // Given
    write("t10k-images-idx3-ubyte", bytes(18, i -> 9), 3, 3, 2);

    // When, Then
    assertRefused("they have [1, 2, 3] and [1, 3, 2]");
  }

  @Test
  void shouldTellADataSetThatIsMissingFromAFolderThatIsAway() throws IOException {
    // Given
    Path away = folder.resolve("away");

    // When, Then: nobody knows what is in it
    assertThatThrownBy(() -> DataSets.open("mine", List.of(folder, away)))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "data set 'mine' is found nowhere, and the folder %s, where it may be, is missing",
            away);

    // Then it is there, without that data set
    Files.createDirectory(away);
    assertThatThrownBy(() -> DataSets.open("mine", List.of(folder, away)))
        .isInstanceOf(DataSetException.class)
        .hasMessageContaining("There is no data set 'mine'");

    // What is elsewhere, or is a path, does not depend on it
    String name = String.valueOf(folder.getFileName());
    Path missing = folder.resolve("missing");
    assertThat(DataSets.open(name, List.of(missing, folder.resolveSibling("."))).name())
        .isEqualTo(name);
    assertThatThrownBy(() -> DataSets.open(missing.toString(), List.of(missing)))
        .isInstanceOf(DataSetException.class);
  }

  private ImageDataSet open() throws IOException {
    return DataSets.open(folder.toString(), List.of());
  }

  private void assertRefused(String sentence) {
    assertThatThrownBy(this::open)
        .isInstanceOf(DataSetException.class)
        .hasMessageContaining(sentence);
  }

  private static List<Integer> imagesPerClass(Images images) {
    int[] counts = new int[images.classes()];
    for (int i = 0; i < images.size(); i++) {
      counts[images.label(i)]++;
    }
    return IntStream.of(counts).boxed().toList();
  }

  /** Tells images apart: no two of the training images start with the same pixel. */
  private static Set<Long> firstPixels(Images images) {
    Set<Long> pixels = new HashSet<>();
    for (int i = 0; i < images.size(); i++) {
      FloatBuffer image = FloatBuffer.allocate(6);
      fill(images, i, 1, image, LongBuffer.allocate(1));
      pixels.add(Math.round(image.get(0) * 1e5));
    }
    return pixels;
  }

  private static void fill(
      Images images, int from, int count, FloatBuffer pixels, LongBuffer labels) {
    images.fill(IntStream.range(0, images.size()).toArray(), from, count, pixels, labels);
  }

  private static byte[] bytes(int size, IntUnaryOperator value) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) value.applyAsInt(i);
    }
    return bytes;
  }

  private void write(String file, byte[] content, int... dimensions) throws IOException {
    ByteBuffer idx = ByteBuffer.allocate(4 + 4 * dimensions.length + content.length);
    idx.putInt(0x800 | dimensions.length);
    IntStream.of(dimensions).forEach(idx::putInt);
    Files.write(folder.resolve(file), idx.put(content).array());
  }
}
