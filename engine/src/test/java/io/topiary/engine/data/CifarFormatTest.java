package io.topiary.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarFormatTest {
  private static final List<String> TEN =
      List.of(
          "data_batch_1.bin",
          "data_batch_2.bin",
          "data_batch_3.bin",
          "data_batch_4.bin",
          "data_batch_5.bin",
          "test_batch.bin");
  private static final int PIXELS = 3072;

  @TempDir private Path folder;

  @Test
  void shouldReadCifar10() throws Exception {
    // Given six files of 8 records: record i of file f has label (8 f + i) % 10
    writeTen();

    // When
    ImageDataSet data = open();

    // Then
    assertThat(data.image()).isEqualTo(Shape.of(3, 32, 32));
    assertThat(data.classes()).isEqualTo(10);
    assertThat(data.train().size()).isEqualTo(36);
    assertThat(data.validation().size()).isEqualTo(4);
    assertThat(labels(data.test())).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (String file : TEN) {
      digest.update(Files.readAllBytes(folder.resolve(file)));
    }
    assertThat(data.sha256()).isEqualTo(HexFormat.of().formatHex(digest.digest()));
  }

  @Test
  void shouldReadTheFineLabelsOfCifar100() throws IOException {
    // Given
    writeHundred(60, 12);
    Files.writeString(folder.resolve("fine_label_names.txt"), "apple\n");

    // When
    ImageDataSet data = open();

    // Then
    assertThat(data.classes()).isEqualTo(100);
    assertThat(data.train().size() + data.validation().size()).isEqualTo(60);
    assertThat(labels(data.test())).containsExactly(0, 7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77);
  }

  @Test
  void shouldKeepRedGreenAndBlueApartAndNormaliseEach() throws IOException {
    // Given red that rises from record to record, one single green, and blue in two values
    writeTen();

    // When
    float[] pixels = fill(open().train());

    // Then each channel has mean 0, and deviation 1 unless it is all the same
    int images = pixels.length / PIXELS;
    double[] mean = new double[3];
    double[] square = new double[3];
    for (int i = 0; i < pixels.length; i++) {
      int channel = i % PIXELS / 1024;
      mean[channel] += pixels[i] / (images * 1024.0);
      square[channel] += pixels[i] * pixels[i] / (images * 1024.0);
    }
    assertThat(mean).usingComparatorWithPrecision(1e-5).containsExactly(0, 0, 0);
    assertThat(square[0]).isCloseTo(1, within(1e-5));
    assertThat(square[1]).isZero();
    assertThat(square[2]).isCloseTo(1, within(1e-5));
  }

  @Test
  void shouldGiveEqualFoldersOneDigestAndOthersAnother(@TempDir Path other) throws IOException {
    // Given
    writeTen();
    for (String file : TEN) {
      Files.copy(folder.resolve(file), other.resolve(file));
    }

    // Then
    String here = open().sha256();
    assertThat(DataSets.open(other.toString(), List.of()).sha256()).isEqualTo(here);
    change("data_batch_4.bin", 100, 9);
    assertThat(open().sha256()).isNotEqualTo(here);
  }

  @Test
  void shouldNameAMissingFile() throws IOException {
    // Given
    writeTen();

    // Then
    for (String file : TEN) {
      byte[] content = Files.readAllBytes(folder.resolve(file));
      Files.delete(folder.resolve(file));
      assertRefused("has no file %s; CIFAR-10's binary version consists of".formatted(file));
      Files.write(folder.resolve(file), content);
    }
    assertThat(open().classes()).isEqualTo(10);
  }

  @Test
  void shouldRefuseATornRecord() throws IOException {
    // Given
    writeTen();
    resize("data_batch_2.bin", 8 * 3073 - 1);

    // Then
    assertRefused("/data_batch_2.bin has 24,583 bytes; it must have a multiple of 3,073");
    resize("data_batch_2.bin", 8 * 3073 + 1);
    assertRefused("/data_batch_2.bin has 24,585 bytes; it must have a multiple of 3,073");
    resize("data_batch_2.bin", 0);
    assertRefused("/data_batch_2.bin has 0 bytes; it must have a multiple of 3,073");
  }

  @Test
  void shouldRefuseAFileThatLacksRecordsOrHasTooMany() throws IOException {
    // Given
    writeTen();

    // Then
    resize("data_batch_3.bin", 7 * 3073);
    assertRefused("/data_batch_3.bin holds 7 records and test_batch.bin holds 8");
    resize("data_batch_3.bin", 9 * 3073);
    assertRefused("it must be 1 for each of the latter's, so one of them is too short or too long");
  }

  @Test
  void shouldRefuseACifar100FileThatLacksRecords() throws IOException {
    // Given
    writeHundred(59, 12);

    // Then
    assertRefused(
        "/train.bin holds 59 records and test.bin holds 12; as in CIFAR-100, it must be 5");
  }

  @Test
  void shouldRefuseALabelOutOfRange() throws IOException {
    // Given
    writeTen();
    change("data_batch_5.bin", 3 * 3073, 10);

    // Then
    assertRefused(
        "/data_batch_5.bin has the label 10 in record 3, counted from 0; it must be in 0 to 9.");
  }

  @Test
  void shouldRefuseCoarseAndFineLabelsOutOfRange() throws IOException {
    // Given
    writeHundred(60, 12);

    // Then
    change("test.bin", 3074 + 1, 100);
    assertRefused(
        "/test.bin has the fine label 100 in record 1, counted from 0; it must be in 0 to 99.");
    change("test.bin", 3074, 20);
    assertRefused(
        "/test.bin has the coarse label 20 in record 1, counted from 0; it must be in 0 to 19.");
  }

  @Test
  void shouldRefuseToChangeTheSizeOfImages() throws IOException {
    // Given
    writeTen();

    // Then
    assertThat(DataSets.open(folder.toString(), List.of(), 32).image())
        .isEqualTo(Shape.of(3, 32, 32));
    assertThatThrownBy(() -> DataSets.open(folder.toString(), List.of(), 224))
        .isInstanceOf(DataSetException.class)
        .hasMessageContaining("has images of 32 x 32 pixels, which are not resized");
  }

  private void writeTen() throws IOException {
    for (int file = 0; file < 6; file++) {
      byte[] records = new byte[8 * 3073];
      for (int i = 0; i < 8; i++) {
        int from = i * 3073;
        records[from] = (byte) (file == 5 ? i : (8 * file + i) % 10);
        Arrays.fill(records, from + 1, from + 1025, (byte) (8 * file + i));
        Arrays.fill(records, from + 1025, from + 2049, (byte) 200);
        Arrays.fill(records, from + 2049, from + 3073, (byte) (i % 2 * 255));
      }
      Files.write(folder.resolve(TEN.get(file)), records);
    }
  }

  private void writeHundred(int training, int test) throws IOException {
    for (String file : List.of("train.bin", "test.bin")) {
      int count = file.equals("train.bin") ? training : test;
      byte[] records = new byte[count * 3074];
      for (int i = 0; i < count; i++) {
        records[i * 3074] = (byte) (i % 20);
        records[i * 3074 + 1] = (byte) (7 * i % 100);
      }
      Files.write(folder.resolve(file), records);
    }
  }

  private void change(String file, int position, int value) throws IOException {
    byte[] content = Files.readAllBytes(folder.resolve(file));
    content[position] = (byte) value;
    Files.write(folder.resolve(file), content);
  }

  private void resize(String file, int length) throws IOException {
    byte[] content = Files.readAllBytes(folder.resolve(file));
    Files.write(folder.resolve(file), Arrays.copyOf(content, length));
  }

  private ImageDataSet open() throws IOException {
    return DataSets.open(folder.toString(), List.of());
  }

  private void assertRefused(String sentence) {
    assertThatThrownBy(this::open)
        .isInstanceOf(DataSetException.class)
        .hasMessageContaining(sentence);
  }

  private static List<Integer> labels(Images images) {
    return IntStream.range(0, images.size()).mapToObj(images::label).toList();
  }

  private static float[] fill(Images images) {
    float[] pixels = new float[images.size() * PIXELS];
    images.fill(
        IntStream.range(0, images.size()).toArray(),
        0,
        images.size(),
        FloatBuffer.wrap(pixels),
        LongBuffer.allocate(images.size()));
    return pixels;
  }
}
