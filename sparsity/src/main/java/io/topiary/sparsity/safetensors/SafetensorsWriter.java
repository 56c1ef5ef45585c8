package io.topiary.sparsity.safetensors;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Writes safetensors files. The same metadata and the same tensors in the same order make the same
 * file, byte for byte: metadata is sorted by key, tensors of wider elements come first and
 * otherwise in the order given, and the header is padded with spaces so that every element lies at
 * a multiple of its own width.
 */
public final class SafetensorsWriter {

  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  /** Writes to a file, in place of whatever it held. */
  public static void write(Path file, Map<String, String> metadata, List<Tensor> tensors)
      throws IOException {
    try (var channel = FileChannel.open(file, CREATE, TRUNCATE_EXISTING, WRITE)) {
      write(channel, metadata, tensors);
    }
  }

  /** Writes to a channel, which stays open. */
  public static void write(
      WritableByteChannel out, Map<String, String> metadata, List<Tensor> tensors)
      throws IOException {
    var ordered =
        tensors.stream()
            .sorted(Comparator.comparingInt((Tensor tensor) -> tensor.type().bytes()).reversed())
            .toList();
    Tensor.writeFully(out, header(metadata, ordered));
    for (var tensor : ordered) {
      tensor.writeTo(out);
    }
  }

  private static ByteBuffer header(Map<String, String> metadata, List<Tensor> tensors) {
    var infos = new ArrayList<TensorInfo>();
    var names = new HashSet<String>();
    var end = 0L;
    for (var tensor : tensors) {
      if (HeaderJson.reserved(tensor.name()) || !names.add(tensor.name())) {
        throw new IllegalArgumentException("the name '" + tensor.name() + "' is taken");
      }
      var begin = end;
      end += tensor.shape().elements() * tensor.type().bytes();
      infos.add(new TensorInfo(tensor.name(), tensor.type(), tensor.shape(), begin, end));
    }
    var json = HeaderJson.write(metadata, infos);
    var length = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (length > Header.LONGEST) {
      throw new IllegalArgumentException(
          "a header of %d bytes is more than the format's %d".formatted(length, Header.LONGEST));
    }
    var header = ByteBuffer.allocate(Header.LENGTH_BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(length).put(json);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }
}
