package io.topiary.sparsity.safetensors;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The head of a safetensors file: its length as an unsigned little-endian 64-bit number, then that
 * many bytes of JSON, then the data. Its tensors tile the data without hole or overlap.
 *
 * @param tensors in the order they lie in the file
 * @param dataStart offset of the first byte of data in the file
 * @param dataLength bytes of data
 */
record Header(
    Map<String, String> metadata, List<TensorInfo> tensors, long dataStart, long dataLength) {

  static final int LENGTH_BYTES = Long.BYTES;

  /** The format's own limit, which keeps a hostile file from filling the memory. */
  static final int LONGEST = 100_000_000;

  static Header read(FileChannel channel) throws IOException {
    var size = channel.size();
    if (size < LENGTH_BYTES) {
      throw new SafetensorsException(
          "it has %d bytes, too few for the length of its header.".formatted(size));
    }
    var length = readFully(channel, 0, LENGTH_BYTES).getLong();
    if (length < 0 || length > LONGEST) {
      throw new SafetensorsException(
          "it announces a header of %s bytes; the format allows %d."
              .formatted(Long.toUnsignedString(length), LONGEST));
    }
    var dataStart = LENGTH_BYTES + length;
    if (dataStart > size) {
      throw new SafetensorsException(
          "it announces a header of %d bytes but has only %d after the length."
              .formatted(length, size - LENGTH_BYTES));
    }
    var json = decode(readFully(channel, LENGTH_BYTES, (int) length));
    if (!json.startsWith("{")) {
      throw new SafetensorsException("its header does not begin with '{'.");
    }
    var parsed = HeaderJson.parse(json);
    var tensors =
        parsed.tensors().stream()
            .sorted(Comparator.comparingLong(TensorInfo::begin).thenComparing(TensorInfo::end))
            .toList();
    requireTiling(tensors, size - dataStart);
    return new Header(parsed.metadata(), tensors, dataStart, size - dataStart);
  }

  private static void requireTiling(List<TensorInfo> tensors, long dataLength) {
    var end = 0L;
    for (var tensor : tensors) {
      if (tensor.begin() < end) {
        throw new SafetensorsException(
            "tensor '%s' begins at byte %d, inside the one before it, which ends at %d."
                .formatted(tensor.name(), tensor.begin(), end));
      }
      if (tensor.begin() > end) {
        throw new SafetensorsException(
            "bytes %d to %d before tensor '%s' belong to no tensor."
                .formatted(end, tensor.begin(), tensor.name()));
      }
      if (tensor.end() > dataLength) {
        throw new SafetensorsException(
            "tensor '%s' ends at byte %d, but there are only %d bytes of data."
                .formatted(tensor.name(), tensor.end(), dataLength));
      }
      end = tensor.end();
    }
    if (end != dataLength) {
      throw new SafetensorsException(
          "%d bytes after the last tensor belong to none.".formatted(dataLength - end));
    }
  }

  private static ByteBuffer readFully(FileChannel channel, long position, int length)
      throws IOException {
    var bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new SafetensorsException("it was shortened while it was read.");
      }
    }
    return bytes.flip();
  }

  private static String decode(ByteBuffer utf8) {
    try {
      return UTF_8.newDecoder().decode(utf8).toString();
    } catch (CharacterCodingException e) {
      throw new SafetensorsException("its header is not UTF-8.", e);
    }
  }
}
