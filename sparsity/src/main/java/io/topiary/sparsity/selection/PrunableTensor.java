package io.topiary.sparsity.selection;

import io.topiary.sparsity.mask.BitMask;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * A tensor that weights may be taken from.
 *
 * @param bytes all its weights, pruned ones included: four bytes each in the buffer's order, from
 *     its position to its limit
 * @param alive those that earlier pruning has left; the others are never ranked again
 */
public record PrunableTensor(String name, ByteBuffer bytes, BitMask alive) {

  public PrunableTensor {
    if (bytes.remaining() != (long) Float.BYTES * alive.size()) {
      throw new SelectionException(
          "Tensor '%s' has %d weights, but its mask has shape %s."
              .formatted(name, bytes.remaining() / Float.BYTES, alive.shape()));
    }
    bytes = bytes.slice().order(bytes.order());
  }

  /** A tensor with a copy of the weights, from the buffer's position to its limit. */
  public PrunableTensor(String name, FloatBuffer weights, BitMask alive) {
    this(name, copy(weights), alive);
  }

  private static ByteBuffer copy(FloatBuffer weights) {
    var bytes =
        ByteBuffer.allocate(Float.BYTES * weights.remaining()).order(ByteOrder.nativeOrder());
    bytes.asFloatBuffer().put(weights.duplicate());
    return bytes;
  }

  /** All weights, the last dimension running fastest. */
  public FloatBuffer weights() {
    return bytes.asFloatBuffer();
  }

  /**
   * The same weights as the bits of floats. The compiler makes vector instructions of loops over
   * whole numbers that it does not make of those that look at a float's bits.
   */
  IntBuffer bits() {
    return bytes.asIntBuffer();
  }
}
