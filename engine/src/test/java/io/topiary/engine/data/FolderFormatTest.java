package io.topiary.engine.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.sparsity.network.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderFormatTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"test", "val"})
  void shouldReadTrainingAndTestFolders(String test) throws IOException {
    // Given
    writeSplit(test);
    Files.writeString(folder.resolve("train/cat/notes.txt"), "no picture");
    write("train/.hidden/a.png", 4, 4, 0);

    // When
    ImageDataSet data = open();

    // Then
    assertThat(data.image()).isEqualTo(Shape.of(3, 4, 6));
    assertThat(data.classes()).isEqualTo(2);
    assertThat(data.train().size()).isEqualTo(18);
    assertThat(data.validation().size()).isEqualTo(2);
    assertThat(IntStream.range(0, 3).map(data.test()::label)).containsExactly(0, 1, 1);
  }

  @Test
  void shouldNormaliseByTheMeansAndDeviationsOfImageNet() throws IOException {
    // Given
    writeSplit("test");

    // When: the first test image is 1, 2, 3 all over
    float[] pixels = fill(open().test(), 0);

    // Then
    assertThat(pixels).hasSize(72);
    assertThat(pixels[0]).isCloseTo((float) ((1 / 255.0 - 0.485) / 0.229), within(1e-6f));
    assertThat(pixels[24]).isCloseTo((float) ((2 / 255.0 - 0.456) / 0.224), within(1e-6f));
    assertThat(pixels[48]).isCloseTo((float) ((3 / 255.0 - 0.406) / 0.225), within(1e-6f));
  }

  @Test
  void shouldSetATenthAsideToTestWhereThereIsNoSplit() throws IOException {
    // Given
    writeClasses();

    // When
    ImageDataSet data = open();

    // Then no picture is in two splits, and it is the same ones for good
    assertThat(data.test().size()).isEqualTo(4);
    assertThat(data.validation().size()).isEqualTo(3);
    assertThat(data.train().size()).isEqualTo(33);
    Set<Long> seen = new HashSet<>();
    for (Images images : List.of(data.test(), data.validation(), data.train())) {
      for (int i = 0; i < images.size(); i++) {
        seen.add(Math.round(fill(images, i)[0] * 1e5));
      }
    }
    assertThat(seen).hasSize(40);
    assertThat(brightness(data.test())).isEqualTo(brightness(open().test()));
    assertThat(brightness(data.test())).containsExactly(105, 114, 117, 119);
  }

  @Test
  void shouldDigestPathsAndContents(@TempDir Path other) throws Exception {
    // Given
    writeSplit("test");

    // When
    String digest = open().sha256();

    // Then it is the documented one, wherever the folder lies
    MessageDigest expected = MessageDigest.getInstance("SHA-256");
    for (Path file : pictures()) {
      byte[] content = Files.readAllBytes(folder.resolve(file));
      expected.update(file.toString().getBytes(UTF_8));
      expected.update((byte) 0);
      expected.update(ByteBuffer.allocate(8).putLong(content.length).array());
      expected.update(content);
      Path copy = other.resolve(file);
      Files.createDirectories(copy.getParent());
      Files.write(copy, content);
    }
    assertThat(digest).isEqualTo(HexFormat.of().formatHex(expected.digest()));
    assertThat(DataSets.open(other.toString(), List.of()).sha256()).isEqualTo(digest);
    Files.move(other.resolve("train/cat/0.png"), other.resolve("train/cat/00.png"));
    assertThat(DataSets.open(other.toString(), List.of()).sha256()).isNotEqualTo(digest);
  }

  @Test
  void shouldAskForASizeWhereImagesDiffer() throws IOException {
    // Given
    writeSplit("test");
    write("train/dog/large.png", 8, 8, 1);

    // Then
    assertRefused(
        "differ in size (%1$s/test/cat/0.png has 4 x 6 pixels, %1$s/train/dog/large.png has 8 x 8), so an image size must be given, such as 224."
            .formatted(folder.getFileName()));
    assertThat(DataSets.open(folder.toString(), List.of(), 5).image()).isEqualTo(Shape.of(3, 5, 5));
  }

  @Test
  void shouldBringPicturesToTheSizeAskedFor() throws IOException {
    // Given
    writeClasses();

    // When
    ImageDataSet data = DataSets.open(folder.toString(), List.of(), 3);

    // Then, as pictures are of one colour each, they stay so
    assertThat(fill(data.train(), 0)).hasSize(27);
    float[] own = fill(open().train(), 0);
    float[] resized = fill(data.train(), 0);
    assertThat(resized[0]).isEqualTo(own[0]);
    assertThat(resized[26]).isEqualTo(own[own.length - 1]);
    assertThat(data.sha256()).isEqualTo(open().sha256());
  }

  @Test
  void shouldYieldTheSamePixelsHeldOrDecodedWhenTheyAreAskedFor() throws IOException {
    // Given
    writeSplit("val");

    // When
    Images held = new FolderFormat(1 << 20).read("set", folder, 7).train();
    Images decoded = new FolderFormat(0).read("set", folder, 7).train();

    // Then
    for (int i = 0; i < held.size(); i++) {
      assertThat(fill(decoded, i)).isEqualTo(fill(held, i));
    }
    assertThat(new FolderFormat(1 << 20).read("set", folder, 0).train().ready()).isTrue();
    assertThat(held.ready()).isFalse();
    assertThat(decoded.ready()).isFalse();
  }

  @Test
  void shouldNameABrokenPicture() throws IOException {
    // Given
    writeSplit("test");
    byte[] whole = Files.readAllBytes(folder.resolve("train/dog/3.png"));
    Files.write(folder.resolve("train/dog/3.png"), Arrays.copyOf(whole, whole.length * 2 / 3));

    // Then
    assertRefused("/train/dog/3.png cannot be decoded, so it is broken");
    Files.write(folder.resolve("train/dog/3.png"), new byte[0]);
    assertRefused("/train/dog/3.png is no picture: it must be a PNG or JPEG file.");
  }

  @Test
  void shouldNameABrokenPictureWhenItIsDecodedLater() throws IOException {
    // Given
    writeSplit("test");
    byte[] whole = Files.readAllBytes(folder.resolve("test/cat/0.png"));
    Files.write(folder.resolve("test/cat/0.png"), Arrays.copyOf(whole, whole.length * 2 / 3));

    // When
    Images test = new FolderFormat(0).read("set", folder, 0).test();

    // Then
    assertThatThrownBy(() -> fill(test, 0))
        .isInstanceOf(DataSetException.class)
        .hasMessageStartingWith("set/test/cat/0.png cannot be decoded");
    Files.delete(folder.resolve("test/cat/0.png"));
    assertThatThrownBy(() -> fill(test, 0))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("0.png");
  }

  @Test
  void shouldRefuseTrainingWithoutATestSet() throws IOException {
    // Given
    writeSplit("test");
    delete("test");

    // Then
    assertRefused("has a folder train, but neither test nor val beside it");
  }

  @Test
  void shouldRefuseAClassThatTrainingDoesNotKnow() throws IOException {
    // Given
    writeSplit("test");
    write("test/fox/0.png", 4, 6, 1);

    // Then
    assertRefused("has a folder test/fox but no train/fox");
  }

  @Test
  void shouldRefuseAClassWithoutImages() throws IOException {
    // Given
    writeSplit("test");
    Files.createDirectories(folder.resolve("train/fox"));

    // Then
    assertRefused("holds no .png, .jpg or .jpeg file, so its class has no image to train on");
  }

  @Test
  void shouldRefuseTooFewImages() throws IOException {
    // Given
    for (int i = 0; i < 9; i++) {
      write("cat/" + i + ".png", 4, 4, i);
    }

    // Then
    assertRefused("has 9 training images; it takes at least 10 to hold out a tenth");
  }

  @Test
  void shouldSayWhatItLookedForInAnUnknownFolder() throws IOException {
    // Given a folder that holds something, though no data set
    Files.writeString(folder.resolve("data_batch_1"), "CIFAR-10 for Python");

    // Then
    assertThatThrownBy(this::open)
        .isInstanceOf(DataSetException.class)
        .hasMessageStartingWith("Folder %s holds no data set; looked for: ".formatted(folder))
        .hasMessageContaining("train-images-idx3-ubyte")
        .hasMessageContaining("CIFAR-10's binary version (data_batch_1.bin, ")
        .hasMessageContaining("CIFAR-100's binary version (train.bin, test.bin)")
        .hasMessageContaining("train/<class>/<name>.png, .jpg or .jpeg with test/ or val/");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 10_001})
  void shouldRefuseAnImpossibleSize(int size) throws IOException {
    writeClasses();

    assertThatThrownBy(() -> DataSets.open(folder.toString(), List.of(), size))
        .isInstanceOf(DataSetException.class)
        .hasMessage(
            "The image size is %d; it must be in 1 to 10000, or 0 for the images' own.", size);
  }

  /** 10 cats and 10 dogs to train on; a cat and two dogs to test on. */
  private void writeSplit(String test) throws IOException {
    for (int i = 0; i < 10; i++) {
      write("train/cat/" + i + ".png", 4, 6, i);
      write("train/dog/" + i + ".png", 4, 6, 100 + i);
    }
    write(test + "/cat/0.png", 4, 6, 1);
    write(test + "/dog/0.jpg", 4, 6, 101);
    write(test + "/dog/1.JPEG", 4, 6, 102);
  }

  /** 40 pictures without a split, each of a brightness of its own. */
  private void writeClasses() throws IOException {
    for (int i = 0; i < 20; i++) {
      write("cat/%02d.png".formatted(i), 5, 5, i);
      write("train/%02d.png".formatted(i), 5, 5, 100 + i);
    }
  }

  private void write(String file, int height, int width, int red) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < height * width; i++) {
      image.setRGB(i % width, i / width, red << 16 | (red + 1) << 8 | (red + 2));
    }
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    String format = file.endsWith(".png") ? "png" : "jpg";
    assertThat(ImageIO.write(image, format, path.toFile())).isTrue();
  }

  private void delete(String part) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve(part))) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private List<Path> pictures() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).map(folder::relativize).sorted().toList();
    }
  }

  private ImageDataSet open() throws IOException {
    return DataSets.open(folder.toString(), List.of());
  }

  private void assertRefused(String sentence) {
    assertThatThrownBy(this::open)
        .isInstanceOf(DataSetException.class)
        .hasMessageContaining(sentence);
  }

  private static int[] brightness(Images images) {
    return IntStream.range(0, images.size())
        .map(i -> (int) Math.rint((fill(images, i)[0] * 0.229 + 0.485) * 255))
        .toArray();
  }

  private static float[] fill(Images images, int index) {
    float[] pixels = new float[(int) images.shape().elements()];
    images.fill(new int[] {index}, 0, 1, FloatBuffer.wrap(pixels), LongBuffer.allocate(1));
    return pixels;
  }
}
