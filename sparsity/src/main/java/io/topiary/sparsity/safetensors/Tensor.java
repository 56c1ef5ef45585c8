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
 * A tensor to be written. Its elements stay where they are until then, in the buffer from its
 * position to its limit, the last dimension running fastest.
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
    return new Tensor(
        name,
        DataType.F32,
        shape,
        floats,
        out ->
            chunks(
                out,
                floats.remaining() * (long) Float.BYTES,
                (chunk, at) ->
                    chunk
                        .asFloatBuffer()
                        .put(
                            0,
                            floats,
                            floats.position() + (int) (at / Float.BYTES),
                            chunk.remaining() / Float.BYTES)));
  }

  public static Tensor longs(String name, Shape shape, LongBuffer longs) {
    return new Tensor(
        name,
        DataType.I64,
        shape,
        longs,
        out ->
            chunks(
                out,
                longs.remaining() * (long) Long.BYTES,
                (chunk, at) ->
                    chunk
                        .asLongBuffer()
                        .put(
                            0,
                            longs,
                            longs.position() + (int) (at / Long.BYTES),
                            chunk.remaining() / Long.BYTES)));
  }

  /** A tensor of any type, given as its bytes, little-endian. */
  public static Tensor bytes(String name, DataType type, Shape shape, ByteBuffer bytes) {
    return new Tensor(name, type, shape, bytes, out -> writeFully(out, bytes.duplicate()));
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

  private static void chunks(WritableByteChannel out, long bytes, Fill fill) throws IOException {
    var chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (var at = 0L; at < bytes; at += CHUNK_BYTES) {
      chunk.clear().limit((int) Math.min(CHUNK_BYTES, bytes - at));
      fill.fill(chunk, at);
      writeFully(out, chunk);
    }
  }

  private interface Elements {
    void writeTo(WritableByteChannel out) throws IOException;
  }

  private interface Fill {
    void fill(ByteBuffer chunk, long at);
  }
}
