package io.topiary.sparsity.checkpoint;

import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.DataType;
import io.topiary.sparsity.safetensors.SafetensorsException;
import io.topiary.sparsity.safetensors.SafetensorsFile;
import io.topiary.sparsity.safetensors.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A sparse tensor as four dense ones: the {@code sparse-bitmask} layout of the compressed-tensors
 * project. A tensor {@code conv1.weight} becomes
 *
 * <ul>
 *   <li>{@code conv1.compressed}: {@code F32 [nnz]}, the values that are not 0, in their order;
 *   <li>{@code conv1.bitmask}: {@code U8 [..., ceil(last / 8)]}, a bit for every value, set where
 *       it is not 0; each row of the last dimension begins a new byte, the first value in the
 *       lowest bit, the bits past its end 0;
 *   <li>{@code conv1.shape}: {@code I64 [rank]}, the dense shape;
 *   <li>{@code conv1.row_offsets}: {@code I64 [first]}, where in {@code compressed} the values of
 *       each index of the first dimension begin, and a single 0 of shape {@code []} where there is
 *       but one dimension.
 * </ul>
 *
 * <p>Both 0 and -0 count as 0, and come back as 0; every other value, NaN included, comes back bit
 * by bit.
 *
 * <p>In a tensor of more than two dimensions that project counts an offset for every row of the
 * last dimension, and sums those up along the first: eight bytes for three weights of a 3x3 kernel,
 * which its own reader does not look at. Written here is the one per output channel, which makes
 * sense for them and is as good to that reader; read here are both.
 *
 * @see <a href="https://github.com/vllm-project/compressed-tensors">compressed-tensors</a>
 */
final class BitmaskTensor {

  private static final String SUFFIX = ".weight";
  private static final String COMPRESSED = ".compressed";
  private static final String BITMASK = ".bitmask";
  private static final String SHAPE = ".shape";
  private static final String ROW_OFFSETS = ".row_offsets";

  /** What the header says of one tensor, roughly; it counts when small tensors are compressed. */
  private static final int HEADER_BYTES = 80;

  private BitmaskTensor() {}

  /** Whether the layout has a name for such a tensor: whether it is somebody's weight. */
  static boolean hasName(String tensor) {
    return tensor.endsWith(SUFFIX);
  }

  /** Whether the file holds the named tensor in this layout. */
  static boolean isIn(SafetensorsFile file, String tensor) {
    return hasName(tensor) && file.tensor(prefix(tensor) + COMPRESSED).isPresent();
  }

  /** The names under which the parts of the named tensor are stored. */
  static Set<String> parts(String tensor) {
    var prefix = prefix(tensor);
    return Set.of(prefix + COMPRESSED, prefix + BITMASK, prefix + SHAPE, prefix + ROW_OFFSETS);
  }

  /** Whether a file is smaller with the parts of this tensor than with the tensor itself. */
  static boolean pays(Shape shape, FloatBuffer values) {
    if (shape.rank() == 0 || shape.elements() == 0) {
      return false;
    }
    return bytes(shape, values) + 3L * HEADER_BYTES < Float.BYTES * shape.elements();
  }

  /** How many bytes the parts of a tensor take, headers left out. */
  static long bytes(Shape shape, FloatBuffer values) {
    var rows = Rows.of(shape);
    return (long) Float.BYTES * notZero(values)
        + rows.packedBytes()
        + Long.BYTES * (shape.rank() + (long) rows.offsets());
  }

  /** The parts of a tensor whose values lie from the buffer's position to its limit. */
  static List<Tensor> compress(String tensor, Shape shape, FloatBuffer values) {
    var rows = Rows.of(shape);
    var floats = values.slice();
    var compressed = FloatBuffer.allocate(notZero(floats));
    var bitmask = new byte[rows.packedBytes()];
    var offsets = new long[rows.offsets()];
    for (var row = 0; row < rows.count; row++) {
      if (row % rows.perOffset() == 0) {
        offsets[row / rows.perOffset()] = compressed.position();
      }
      for (var i = 0; i < rows.length; i++) {
        var value = floats.get(row * rows.length + i);
        if (value != 0) {
          compressed.put(value);
          bitmask[row * rows.bytes + i / Byte.SIZE] |= (byte) (1 << i % Byte.SIZE);
        }
      }
    }
    var prefix = prefix(tensor);
    var dimensions = shape.dimensions().stream().mapToLong(Integer::longValue).toArray();
    return List.of(
        Tensor.floats(prefix + COMPRESSED, Shape.of(compressed.capacity()), compressed.flip()),
        Tensor.bytes(prefix + BITMASK, DataType.U8, rows.packed(), ByteBuffer.wrap(bitmask)),
        Tensor.longs(prefix + SHAPE, Shape.of(shape.rank()), LongBuffer.wrap(dimensions)),
        Tensor.longs(
            prefix + ROW_OFFSETS,
            shape.rank() == 1 ? Shape.of() : Shape.of(shape.dimension(0)),
            LongBuffer.wrap(offsets)));
  }

  /**
   * The values of the named tensor as four bytes each, little-endian, the last dimension running
   * fastest.
   *
   * @param shape that it must have, of at least one dimension
   * @throws SafetensorsException when a part is missing or is not what the layout asks for
   */
  static ByteBuffer decompress(SafetensorsFile file, String tensor, Shape shape) {
    var prefix = prefix(tensor);
    requireShape(file, prefix, shape);
    var rows = Rows.of(shape);
    var values = file.floats(prefix + COMPRESSED);
    var bitmask = bitmask(file, prefix, rows);
    var dense =
        ByteBuffer.allocate(Math.toIntExact(Float.BYTES * shape.elements()))
            .order(ByteOrder.LITTLE_ENDIAN);
    var rowCounts = new long[rows.count];
    for (var row = 0; row < rows.count; row++) {
      for (var i = 0; i < rows.length; i++) {
        if ((bitmask.get(row * rows.bytes + i / Byte.SIZE) >> i % Byte.SIZE & 1) != 0) {
          dense.putFloat(Float.BYTES * (row * rows.length + i), values.get());
          rowCounts[row]++;
        }
      }
    }
    requireOffsets(file, prefix, rows, rowCounts);
    return dense;
  }

  private static String prefix(String tensor) {
    return tensor.substring(0, tensor.length() - SUFFIX.length());
  }

  private static int notZero(FloatBuffer values) {
    var count = 0;
    for (var i = values.position(); i < values.limit(); i++) {
      count += values.get(i) == 0 ? 0 : 1;
    }
    return count;
  }

  private static void requireShape(SafetensorsFile file, String prefix, Shape shape) {
    var dimensions = longs(file, prefix + SHAPE);
    if (!dimensions.equals(shape.dimensions().stream().map(Integer::longValue).toList())) {
      throw new SafetensorsException(
          "Tensor '%s' holds shape %s; it must be %s."
              .formatted(prefix + SHAPE, dimensions, shape));
    }
  }

  /** The bit mask, as many bits of which are set as there are values, and none past a row's end. */
  private static ByteBuffer bitmask(SafetensorsFile file, String prefix, Rows rows) {
    var name = prefix + BITMASK;
    var bitmask = file.bytes(name);
    var found = file.tensor(name).orElseThrow();
    if (found.type() != DataType.U8 || !found.shape().equals(rows.packed())) {
      throw new SafetensorsException(
          "Tensor '%s' is %s %s; it must be U8 %s."
              .formatted(name, found.type(), found.shape(), rows.packed()));
    }
    var set = 0L;
    for (var i = 0; i < bitmask.limit(); i++) {
      set += Integer.bitCount(Byte.toUnsignedInt(bitmask.get(i)));
      if ((i + 1) % rows.bytes == 0
          && Byte.toUnsignedInt(bitmask.get(i)) >>> rows.bitsInLastByte() != 0) {
        throw new SafetensorsException(
            "Tensor '%s' has bits set past the end of row %d; they must be 0."
                .formatted(name, i / rows.bytes));
      }
    }
    var values = file.tensor(prefix + COMPRESSED).orElseThrow().shape();
    if (!values.equals(new Shape(List.of(Math.toIntExact(set))))) {
      throw new SafetensorsException(
          "Tensor '%s' has shape %s, but '%s' has %d bits set; there must be a value for each."
              .formatted(prefix + COMPRESSED, values, name, set));
    }
    return bitmask;
  }

  private static void requireOffsets(
      SafetensorsFile file, String prefix, Rows rows, long[] rowCounts) {
    var offsets = longs(file, prefix + ROW_OFFSETS);
    if (!offsets.equals(rows.offsets(rowCounts)) && !offsets.equals(rows.theirOffsets(rowCounts))) {
      throw new SafetensorsException(
          "Tensor '%s' does not say where the values of each row begin; it must agree with '%s'."
              .formatted(prefix + ROW_OFFSETS, prefix + BITMASK));
    }
  }

  private static List<Long> longs(SafetensorsFile file, String name) {
    var longs = file.longs(name);
    var list = new ArrayList<Long>();
    while (longs.hasRemaining()) {
      list.add(longs.get());
    }
    return list;
  }

  /**
   * The rows of a tensor along its last dimension.
   *
   * @param shape of the tensor, of at least one dimension
   * @param count of the rows
   * @param length of each
   * @param bytes that the bits of each take
   */
  private record Rows(Shape shape, int count, int length, int bytes) {

    static Rows of(Shape shape) {
      var length = shape.dimension(shape.rank() - 1);
      var count = length == 0 ? 0 : Math.toIntExact(shape.elements() / length);
      return new Rows(shape, count, length, (length + Byte.SIZE - 1) / Byte.SIZE);
    }

    Shape packed() {
      var dimensions = new ArrayList<>(shape.dimensions());
      dimensions.set(dimensions.size() - 1, bytes);
      return new Shape(dimensions);
    }

    int packedBytes() {
      return count * bytes;
    }

    int bitsInLastByte() {
      return length - (bytes - 1) * Byte.SIZE;
    }

    /** How many offsets there are: one for each index of the first of several dimensions. */
    int offsets() {
      return shape.rank() == 1 ? 1 : shape.dimension(0);
    }

    int perOffset() {
      return count / offsets();
    }

    /** Where the values of each index of the first dimension begin. */
    List<Long> offsets(long[] rowCounts) {
      var offsets = new ArrayList<Long>();
      var values = 0L;
      for (var row = 0; row < count; row++) {
        if (row % perOffset() == 0) {
          offsets.add(values);
        }
        values += rowCounts[row];
      }
      return offsets;
    }

    /** For each row, the values in the rows of the same place at lower first indices. */
    List<Long> theirOffsets(long[] rowCounts) {
      var sums = new long[count];
      for (var row = perOffset(); row < count; row++) {
        sums[row] = sums[row - perOffset()] + rowCounts[row - perOffset()];
      }
      return Arrays.stream(sums).boxed().toList();
    }
  }
}
