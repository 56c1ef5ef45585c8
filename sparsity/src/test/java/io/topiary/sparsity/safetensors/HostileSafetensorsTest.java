package io.topiary.sparsity.safetensors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.fail;

import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HostileSafetensorsTest {

  private static final String LARGEST = Long.toString(Long.MAX_VALUE);

  private final Path path;

  HostileSafetensorsTest(@TempDir Path folder) {
    this.path = folder.resolve("hostile.safetensors");
  }

  /** Header, bytes of data after it, and the sentence that refuses it. */
  static Stream<Arguments> lies() {
    return Stream.of(
        lie("", 0, "its header does not begin with '{'."),
        lie(" {}", 0, "its header does not begin with '{'."),
        lie("{", 0, "its header is no JSON: Unexpected end-of-input"),
        lie("{}{}", 0, "something follows the end of its header."),
        lie("{'a':1}", 0, "its header is no JSON: Unexpected character"),
        lie("{\"a\":[]}", 0, "tensor 'a' is no object."),
        lie("{\"a\":null}", 0, "tensor 'a' is no object."),
        lie("{\"a\":{}}", 0, "tensor 'a' must have dtype, shape and data_offsets."),
        lie(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}",
            4,
            "tensor 'a' must have dtype, shape and data_offsets."),
        lie("{\"a\":{\"size\":4}}", 4, "tensor 'a' has an unknown field 'size'."),
        lie(
            "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}",
            4,
            "dtype of tensor 'a' is there twice."),
        lie("{\"a\":{\"dtype\":32}}", 4, "dtype of tensor 'a' is no string."),
        lie("{\"a\":{\"shape\":4}}", 4, "shape of tensor 'a' is no array."),
        lie(
            "{" + f32("a", "[1]", "[0,4]") + "," + f32("a", "[1]", "[4,8]") + "}",
            8,
            "'a' is there twice."),
        lie(
            "{" + tensor("a", "F31", "[1]", "[0,4]") + "}",
            4,
            "tensor 'a' is of type 'F31'; known are [BOOL, U8,"),
        // Shapes and offsets that are no sizes
        lie(
            "{" + f32("a", "[-1]", "[0,4]") + "}",
            4,
            "shape of tensor 'a' holds -1, which is no whole number from 0 to " + LARGEST + "."),
        lie(
            "{" + f32("a", "[1.0]", "[0,4]") + "}",
            4,
            "shape of tensor 'a' holds 1.0, which is no"),
        lie(
            "{" + f32("a", "[\"1\"]", "[0,4]") + "}",
            4,
            "shape of tensor 'a' holds 1, which is no"),
        lie("{" + f32("a", "[[1]]", "[0,4]") + "}", 4, "shape of tensor 'a' holds [, which is no"),
        lie(
            "{" + f32("a", "[1]", "[-4,0]") + "}",
            4,
            "data_offsets of tensor 'a' holds -4, which is no"),
        lie(
            "{" + f32("a", "[1]", "[0,9223372036854775808]") + "}",
            4,
            "data_offsets of tensor 'a' holds 9223372036854775808, which is no"),
        lie(
            "{" + f32("a", "[4294967296,4294967296]", "[0,0]") + "}",
            0,
            "tensor 'a' has shape [4294967296, 4294967296], which is too large."),
        lie(
            "{" + f32("a", "[2147483647,2147483647,2147483647]", "[0,0]") + "}",
            0,
            "tensor 'a' has shape [2147483647, 2147483647, 2147483647], which is too large."),
        // 2^62 elements of 4 bytes are 2^64 bytes, which wrap around to none
        lie(
            "{" + f32("a", "[1073741824,1073741824,4]", "[0,0]") + "}",
            0,
            "tensor 'a' spans 0 bytes, which is not what F32 of shape"),
        lie(
            "{" + f32("a", "[1]", "[0]") + "}",
            4,
            "data_offsets of tensor 'a' is [0]; it must be its begin and its end."),
        lie(
            "{" + f32("a", "[1]", "[0,4,8]") + "}",
            4,
            "data_offsets of tensor 'a' is [0, 4, 8]; it must be"),
        lie(
            "{" + f32("a", "[1]", "[4,0]") + "}",
            4,
            "data_offsets of tensor 'a' is [4, 0]; it must be"),
        lie(
            "{" + f32("a", "[2]", "[0,4]") + "}",
            4,
            "tensor 'a' spans 4 bytes, which is not what F32 of shape [2] takes."),
        lie(
            "{" + f32("a", "[1]", "[0,5]") + "}",
            5,
            "tensor 'a' spans 5 bytes, which is not what F32 of shape [1] takes."),
        // Tensors that do not tile the data
        lie(
            "{" + f32("a", "[2]", "[0,8]") + "}",
            7,
            "tensor 'a' ends at byte 8, but there are only 7 bytes of data."),
        lie(
            "{" + f32("a", "[1]", "[0,4]") + "}",
            5,
            "1 bytes after the last tensor belong to none."),
        lie("{}", 1, "1 bytes after the last tensor belong to none."),
        lie(
            "{" + f32("a", "[1]", "[4,8]") + "}",
            8,
            "bytes 0 to 4 before tensor 'a' belong to no tensor."),
        lie(
            "{" + f32("b", "[1]", "[8,12]") + "," + f32("a", "[1]", "[0,4]") + "}",
            12,
            "bytes 4 to 8 before tensor 'b' belong to no tensor."),
        lie(
            "{" + f32("a", "[2]", "[0,8]") + "," + f32("b", "[2]", "[4,12]") + "}",
            12,
            "tensor 'b' begins at byte 4, inside the one before it, which ends at 8."),
        lie(
            "{" + f32("a", "[1]", "[0,4]") + "," + f32("b", "[1]", "[0,4]") + "}",
            4,
            "tensor 'b' begins at byte 0, inside the one before it, which ends at 4."),
        // More dimensions than any tensor has
        lie(
            "{" + f32("a", "[" + "1,".repeat(64) + "1]", "[0,4]") + "}",
            4,
            "shape of tensor 'a' holds more than 64 numbers."),
        // Metadata
        lie("{\"__metadata__\":[]}", 0, "__metadata__ is no object."),
        lie("{\"__metadata__\":{\"a\":1}}", 0, "__metadata__ 'a' is no string."),
        lie("{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}", 0, "__metadata__ 'a' is no string."),
        lie("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "metadata 'a' is there twice."),
        lie("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "'__metadata__' is there twice."),
        // Nesting without end
        lie("{\"a\":" + "[".repeat(1_000_000), 0, "tensor 'a' is no object."),
        lie("{\"a\":" + "{\"a\":".repeat(1_000_000), 0, "tensor 'a' has an unknown field 'a'."));
  }

  @ParameterizedTest
  @MethodSource("lies")
  void shouldRefuseAHeaderThatLies(String header, int data, String reason) throws IOException {
    // Given
    write(header.getBytes(UTF_8), data);

    // Then
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageStartingWith(path + " is no valid safetensors file: " + reason);
  }

  @Test
  void shouldRefuseAHeaderThatIsNotUtf8() throws IOException {
    write(new byte[] {'{', (byte) 0xff, '}'}, 0);
    assertRefused("its header is not UTF-8.");
  }

  @Test
  void shouldRefuseAHeaderLongerThanTheFileOrTheFormatAllows() throws IOException {
    Files.write(path, new byte[7]);
    assertRefused("it has 7 bytes, too few for the length of its header.");
    writeLength(100, "{}");
    assertRefused("it announces a header of 100 bytes but has only 2 after the length.");
    writeLength(100_000_001, "{}");
    assertRefused("it announces a header of 100000001 bytes; the format allows 100000000.");
    writeLength(-1, "{}");
    assertRefused(
        "it announces a header of 18446744073709551615 bytes; the format allows 100000000.");
  }

  @Test
  void shouldReportAFileThatIsNotThereAsAFaultAndNotAsALie() {
    assertThatThrownBy(() -> SafetensorsFile.open(path)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void shouldAcceptWhatTheFormatAllows() throws IOException {
    // Given tensors out of order, an odd offset, a scalar, an empty one, and spaces at the end
    var header =
        "{"
            + tensor("b", "BF16", "[]", "[3,5]")
            + ","
            + tensor("e", "F64", "[3,0]", "[3,3]")
            + ","
            + tensor("a", "U8", "[3]", "[0,3]")
            + "}   ";
    write(header.getBytes(UTF_8), 5);

    // When
    var file = SafetensorsFile.open(path);

    // Then
    assertThat(file.tensors()).extracting(TensorInfo::name).containsExactly("a", "e", "b");
    assertThat(file.bytes("b").remaining()).isEqualTo(2);
    assertThat(file.metadata()).isEmpty();
  }

  @Test
  void shouldReadFilesLargerThanOneMapReaches() throws IOException {
    // Given two tensors that do not fit one map together, in a file that is mostly a hole
    var half = 1_200_000_000;
    var header =
        "{"
            + tensor("a", "U8", "[" + half + "]", "[0," + half + "]")
            + ","
            + tensor("b", "U8", "[" + half + "]", "[" + half + "," + 2L * half + "]")
            + ","
            + f32("c", "[1]", "[" + 2L * half + "," + (2L * half + 4) + "]")
            + "}";
    write(header.getBytes(UTF_8), 0);
    var start = Files.size(path);
    try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {7}), start + 2L * half - 1);
      channel.write(ByteBuffer.wrap(new byte[] {0, 0, (byte) 0x80, 0x3f}), start + 2L * half);
    }

    // When
    var file = SafetensorsFile.open(path);

    // Then
    assertThat(file.bytes("a").remaining()).isEqualTo(half);
    assertThat(file.bytes("b").get(half - 1)).isEqualTo((byte) 7);
    assertThat(file.floats("c").get(0)).isEqualTo(1f);
  }

  @Test
  void shouldSurviveAnyDamage() throws IOException {
    // Given
    SafetensorsWriter.write(
        path,
        Map.of("format", "pt"),
        List.of(
            Tensor.floats("conv1.weight", Shape.of(2, 3), FloatBuffer.allocate(6)),
            Tensor.bytes("mask", DataType.U8, Shape.of(5), ByteBuffer.allocate(5))));
    var sound = Files.readAllBytes(path);

    for (var seed = 0L; seed < 1_000; seed++) {
      // When
      var random = new Random(seed);
      var damaged = random.nextInt(4) == 0 ? truncated(sound, random) : sound.clone();
      for (var i = 0; i <= random.nextInt(3); i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Files.write(path, damaged);

      // Then
      var thrown = catchThrowable(this::readAll);
      if (thrown != null && !(thrown instanceof SafetensorsException)) {
        fail("seed " + seed, thrown);
      }
    }
  }

  private void readAll() throws IOException {
    var file = SafetensorsFile.open(path);
    for (var tensor : file.tensors()) {
      var bytes = file.bytes(tensor.name());
      while (bytes.hasRemaining()) {
        bytes.get();
      }
    }
  }

  private static byte[] truncated(byte[] bytes, Random random) {
    return Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length - 1));
  }

  private void assertRefused(String reason) {
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(SafetensorsException.class)
        .hasMessage(path + " is no valid safetensors file: " + reason);
  }

  private void write(byte[] header, int data) throws IOException {
    Files.write(
        path,
        ByteBuffer.allocate(8 + header.length + data)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .put(header)
            .array());
  }

  private void writeLength(long length, String header) throws IOException {
    var bytes = ByteBuffer.allocate(8 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(path, bytes.putLong(length).put(header.getBytes(UTF_8)).array());
  }

  private static String f32(String name, String shape, String offsets) {
    return tensor(name, "F32", shape, offsets);
  }

  private static String tensor(String name, String type, String shape, String offsets) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}"
        .formatted(name, type, shape, offsets);
  }

  private static Arguments lie(String header, int data, String reason) {
    return Arguments.argumentSet(reason, header, data, reason);
  }
}
