package io.topiary.sparsity.safetensors;

import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A tensor to be written. Its elements stay where they are until then, from the buffer's position
 * to its limit, the last dimension running fastest.
 */
public final class Tensor {

  private static final int CHUNK_BYTES = 1 << 16;

  private final String name;
  private final DataType type;
  private final Shape shape;
  private final Elements elements;

  private Tensor(String name, DataType type, Shape shape, Buffer buffer, Elements elements) {
    var needed = shape.elements() * (buffer instanceof ByteBuffer ? type.bytes() : 1);
    if (buffer.remaining() != needed) {
      throw new IllegalArgumentException(
          "tensor '%s' of type %s and shape %s needs a buffer with %d left, not %d"
              .formatted(name, type, shape, needed, buffer.remaining()));
    }
    this.name = name;
    this.type = type;
    this.shape = shape;
    this.elements = elements;
  }

  public static Tensor floats(String name, Shape shape, FloatBuffer floats) {
    var values = floats.slice();
    return new Tensor(
        name,
        DataType.F32,
        shape,
        values,
        inChunks(
            values.capacity(),
            Float.BYTES,
            (chunk, from, count) -> chunk.asFloatBuffer().put(0, values, from, count)));
  }

  public static Tensor longs(String name, Shape shape, LongBuffer longs) {
    var values = longs.slice();
    return new Tensor(
        name,
        DataType.I64,
        shape,
        values,
        inChunks(
            values.capacity(),
            Long.BYTES,
            (chunk, from, count) -> chunk.asLongBuffer().put(0, values, from, count)));
  }

  /** A tensor of any type, given as its bytes, little-endian. */
  public static Tensor bytes(String name, DataType type, Shape shape, ByteBuffer bytes) {
    var values = bytes.slice();
    return new Tensor(name, type, shape, values, out -> writeFully(out, values.duplicate()));
  }

  public String name() {
    return name;
  }

  public DataType type() {
    return type;
  }

  public Shape shape() {
    return shape;
  }

  void writeTo(WritableByteChannel out) throws IOException {
    elements.writeTo(out);
  }

  static void writeFully(WritableByteChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  /** Elements go through a small buffer of their own, which brings them into the file's order. */
  private static Elements inChunks(int elements, int bytesPerElement, Fill fill) {
    return out -> {
      var chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      var perChunk = CHUNK_BYTES / bytesPerElement;
      for (var from = 0; from < elements; from += perChunk) {
        var count = Math.min(perChunk, elements - from);
        fill.fill(chunk.clear(), from, count);
        writeFully(out, chunk.limit(count * bytesPerElement));
      }
    };
  }

  private interface Elements {
    void writeTo(WritableByteChannel out) throws IOException;
  }

  private interface Fill {
    void fill(ByteBuffer chunk, int from, int count);
  }
}
