package io.topiary.sparsity.safetensors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsRoundTripTest {

  private final Path folder;

  SafetensorsRoundTripTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void shouldReadBackWhatWasWritten() throws IOException {
    // Given
    var path = folder.resolve("model.safetensors");
    var weights = FloatBuffer.wrap(new float[] {1.5f, -0f, Float.MIN_VALUE, Float.NaN, 2, 3});
    SafetensorsWriter.write(
        path,
        Map.of("format", "pt", "epoch", "10"),
        List.of(
            Tensor.bytes("flags", DataType.U8, Shape.of(3), ByteBuffer.wrap(new byte[] {1, 2, 3})),
            Tensor.floats("weight", Shape.of(2, 3), weights),
            Tensor.longs("steps", Shape.of(), LongBuffer.wrap(new long[] {Long.MIN_VALUE})),
            Tensor.floats("empty", Shape.of(0, 7), FloatBuffer.allocate(0))));

    // When
    var file = SafetensorsFile.open(path);

    // Then
    assertThat(file.metadata()).isEqualTo(Map.of("format", "pt", "epoch", "10"));
    assertThat(file.tensors())
        .containsExactly(
            new TensorInfo("steps", DataType.I64, Shape.of(), 0, 8),
            new TensorInfo("weight", DataType.F32, Shape.of(2, 3), 8, 32),
            new TensorInfo("empty", DataType.F32, Shape.of(0, 7), 32, 32),
            new TensorInfo("flags", DataType.U8, Shape.of(3), 32, 35));
    assertThat(file.floats("weight", Shape.of(2, 3))).isEqualByComparingTo(weights);
    assertThat(Float.floatToRawIntBits(file.floats("weight").get(1))).isEqualTo(0x80000000);
    assertThat(file.floats("empty").remaining()).isZero();
    assertThat(file.longs("steps").get(0)).isEqualTo(Long.MIN_VALUE);
    assertThat(file.bytes("flags")).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    assertThat(file.bytes("flags").isReadOnly()).isTrue();
  }

  @Test
  void shouldWriteTheFormatByteForByte() throws IOException {
    // Given
    var path = folder.resolve("two.safetensors");

    // When
    SafetensorsWriter.write(
        path,
        Map.of("b", "2", "a", "1"),
        List.of(
            Tensor.bytes("mask", DataType.U8, Shape.of(1), ByteBuffer.wrap(new byte[] {5})),
            Tensor.floats("w", Shape.of(1), FloatBuffer.wrap(new float[] {1}))));

    // Then
    var json =
        "{\"__metadata__\":{\"a\":\"1\",\"b\":\"2\"},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"mask\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[4,5]}}";
    var padded = json + " ".repeat((8 - json.length() % 8) % 8);
    var expected =
        ByteBuffer.allocate(8 + padded.length() + 5)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(padded.length())
            .put(padded.getBytes(UTF_8))
            .putFloat(1)
            .put((byte) 5);
    assertThat(Files.readAllBytes(path)).isEqualTo(expected.array());
  }

  @Test
  void shouldWriteTensorsLargerThanItsOwnBufferFromWhereverTheyLie() throws IOException {
    // Given a view that neither starts at the beginning of its buffer nor fills whole chunks
    var path = folder.resolve("large.safetensors");
    var all = FloatBuffer.allocate(50_003);
    for (var i = 0; i < all.capacity(); i++) {
      all.put(i, i);
    }
    var view = all.position(3).limit(50_000);

    // When
    SafetensorsWriter.write(path, Map.of(), List.of(Tensor.floats("w", Shape.of(49_997), view)));

    // Then
    assertThat(SafetensorsFile.open(path).floats("w")).isEqualByComparingTo(view);
    assertThat(view.position()).isEqualTo(3);
  }

  @Test
  void shouldWriteWhatABufferHeldAtFirstWhereverItsPositionHasGone() throws IOException {
    // Given
    var path = folder.resolve("model.safetensors");
    var bytes = ByteBuffer.wrap(new byte[] {1, 2});
    var longs = LongBuffer.wrap(new long[] {3, 4, 5}).position(1);
    var tensors =
        List.of(
            Tensor.bytes("b", DataType.U8, Shape.of(2), bytes),
            Tensor.longs("l", Shape.of(2), longs));

    // When
    bytes.position(2);
    longs.position(3);
    SafetensorsWriter.write(path, Map.of(), tensors);

    // Then
    var file = SafetensorsFile.open(path);
    assertThat(file.bytes("b")).isEqualTo(bytes.flip());
    assertThat(file.longs("l")).isEqualTo(longs.position(1));
  }

  @Test
  void shouldReplaceALongerFile() throws IOException {
    // Given
    var path = folder.resolve("model.safetensors");
    Files.write(path, new byte[10_000]);

    // When
    SafetensorsWriter.write(path, Map.of(), List.of());

    // Then
    assertThat(SafetensorsFile.open(path).tensors()).isEmpty();
    assertThat(Files.size(path)).isEqualTo(16);
  }

  @Test
  void shouldSayWhichTensorIsMissingOrOfAnotherTypeOrShape() throws IOException {
    // Given
    var path = folder.resolve("model.safetensors");
    var one = FloatBuffer.wrap(new float[] {1});
    SafetensorsWriter.write(path, Map.of(), List.of(Tensor.floats("w", Shape.of(1), one)));

    // When
    var file = SafetensorsFile.open(path);

    // Then
    assertThatThrownBy(() -> file.floats("v"))
        .isInstanceOf(SafetensorsException.class)
        .hasMessage("There is no tensor 'v' in %s.", path);
    assertThatThrownBy(() -> file.longs("w"))
        .hasMessage("Tensor 'w' in %s is of type F32; it must be I64.", path);
    assertThatThrownBy(() -> file.floats("w", Shape.of(1, 1)))
        .hasMessage("Tensor 'w' in %s has shape [1]; it must be [1, 1].", path);
  }

  @Test
  void shouldRefuseToWriteWhatCouldNotBeReadBack() {
    var one = Tensor.floats("w", Shape.of(1), FloatBuffer.allocate(1));
    assertThatThrownBy(
            () -> SafetensorsWriter.write(folder.resolve("x"), Map.of(), List.of(one, one)))
        .hasMessage("the name 'w' is taken");
    assertThatThrownBy(() -> Tensor.floats("w", Shape.of(2), FloatBuffer.allocate(1)))
        .hasMessage("tensor 'w' of type F32 and shape [2] needs a buffer with 2 left, not 1");
  }
}
