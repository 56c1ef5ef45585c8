package io.topiary.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdxFileTest {
  private static final byte[] TWO_LABELS = {0, 0, 8, 1, 0, 0, 0, 2, 7, (byte) 200};

  @Test
  void shouldReadPlainAndCompressedFilesAlike() throws Exception {
    // Given
    MessageDigest plain = MessageDigest.getInstance("SHA-256");
    MessageDigest compressed = MessageDigest.getInstance("SHA-256");

    // When
    IdxFile fromPlain = read(TWO_LABELS, 1, plain);
    IdxFile fromCompressed = read(gzip(TWO_LABELS), 1, compressed);

    // Then
    assertThat(fromPlain.dimensions()).containsExactly(2).isEqualTo(fromCompressed.dimensions());
    assertThat(fromPlain.content()).containsExactly(7, 200).isEqualTo(fromCompressed.content());
    assertThat(plain.digest())
        .isEqualTo(sha256().digest(TWO_LABELS))
        .isEqualTo(compressed.digest());
  }

  @Test
  void shouldRefuseAnotherMagicNumber() {
    assertThatThrownBy(() -> read(TWO_LABELS, 3, sha256()))
        .isInstanceOf(DataSetException.class)
        .hasMessage(
            "labels starts with 0x00000801, but an IDX file of unsigned bytes in 3 dimension(s)"
                + " starts with 0x00000803.");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 7, 8, 9})
  void shouldRefuseATruncatedFile(int length) {
    assertThatThrownBy(() -> read(Arrays.copyOf(TWO_LABELS, length), 1, sha256()))
        .isInstanceOf(DataSetException.class)
        .hasMessageStartingWith("labels is truncated: ");
  }

  @Test
  void shouldRefuseATruncatedGzipStream() throws IOException {
    // Given
    byte[] whole = gzip(TWO_LABELS);

    // When, Then: the trailer of 8 bytes and more is missing
    assertThatThrownBy(() -> read(Arrays.copyOf(whole, whole.length - 12), 1, sha256()))
        .isInstanceOf(DataSetException.class)
        .hasMessageStartingWith("labels is truncated: ");
  }

  @Test
  void shouldRefuseADamagedGzipStream() throws IOException {
    // Given
    byte[] damaged = gzip(TWO_LABELS);
    damaged[damaged.length - 6] ^= 1;

    // When, Then
    assertThatThrownBy(() -> read(damaged, 1, sha256()))
        .isInstanceOf(DataSetException.class)
        .hasMessageStartingWith("labels is damaged: ");
  }

  @Test
  void shouldRefuseTrailingBytes() {
    assertThatThrownBy(() -> read(Arrays.copyOf(TWO_LABELS, 11), 1, sha256()))
        .isInstanceOf(DataSetException.class)
        .hasMessage("labels goes on after the [2] bytes that its header promises.");
  }

  @ParameterizedTest
  @CsvSource({"0, 28, 28", "-1, 28, 28", "2147483647, 2147483647, 2147483647", "3000000, 28, 28"})
  void shouldRefuseImpossibleDimensions(int images, int rows, int columns) {
    // Given
    ByteBuffer header = ByteBuffer.allocate(16);
    header.putInt(0x803).putInt(images).putInt(rows).putInt(columns);

    // When, Then
    assertThatThrownBy(() -> read(header.array(), 3, sha256()))
        .isInstanceOf(DataSetException.class)
        .hasMessageContaining("[" + images + ", " + rows + ", " + columns + "]");
  }

  private static IdxFile read(byte[] file, int rank, MessageDigest digest) throws IOException {
    return IdxFile.read("labels", new ByteArrayInputStream(file), rank, digest);
  }

  private static MessageDigest sha256() throws Exception {
    return MessageDigest.getInstance("SHA-256");
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }
}
