package io.topiary.sparsity.mask;

import io.topiary.sparsity.network.Shape;
import java.nio.FloatBuffer;
import java.util.BitSet;

/**
 * Which weights of one tensor are alive: one bit each, set where the weight lives, in the tensor's
 * own order (the last dimension runs fastest). Immutable.
 */
public final class BitMask {

  private final Shape shape;
  private final int size;
  private final int alive;
  private final BitSet bits;

  private BitMask(Shape shape, int size, BitSet bits) {
    this.shape = shape;
    this.size = size;
    this.alive = bits.cardinality();
    this.bits = bits;
  }

  /**
   * The mask under which the given weights live.
   *
   * @throws MaskException when the shape has no weight or more than {@link Integer#MAX_VALUE}, or
   *     when a weight that it does not have is marked alive
   */
  public static BitMask of(Shape shape, BitSet alive) {
    var size = size(shape);
    if (alive.length() > size) {
      throw new MaskException(
          "A mask of shape %s has %d weights, but weight %d is marked alive."
              .formatted(shape, size, alive.length() - 1));
    }
    return new BitMask(shape, size, (BitSet) alive.clone());
  }

  /**
   * The mask of a dense tensor.
   *
   * @throws MaskException when the shape has no weight or more than {@link Integer#MAX_VALUE}
   */
  public static BitMask allAlive(Shape shape) {
    var size = size(shape);
    var bits = new BitSet(size);
    bits.set(0, size);
    return new BitMask(shape, size, bits);
  }

  private static int size(Shape shape) {
    var elements = shape.elements();
    if (elements < 1 || elements > Integer.MAX_VALUE) {
      throw new MaskException(
          "A mask covers 1 to %d weights, not the %d of shape %s."
              .formatted(Integer.MAX_VALUE, elements, shape));
    }
    return (int) elements;
  }

  public Shape shape() {
    return shape;
  }

  /** How many weights there are. */
  public int size() {
    return size;
  }

  /** How many weights are alive. */
  public int alive() {
    return alive;
  }

  public boolean isAlive(int index) {
    return bits.get(index);
  }

  /** Zeros over elements. */
  public double sparsity() {
    return (size - alive) / (double) size;
  }

  /** The weights that are alive, for the caller to change. */
  public BitSet toBitSet() {
    return (BitSet) bits.clone();
  }

  /** Sets every pruned weight to 0 and leaves the others as they are. */
  public void applyTo(FloatBuffer weights) {
    requireSize(weights);
    for (var i = bits.nextClearBit(0); i < size; i = bits.nextClearBit(i + 1)) {
      weights.put(weights.position() + i, 0f);
    }
  }

  /**
   * Writes 1 for every weight that is alive and 0 for the others: what weights are multiplied by.
   */
  public void writeFactors(FloatBuffer factors) {
    requireSize(factors);
    for (var i = 0; i < size; i++) {
      factors.put(factors.position() + i, bits.get(i) ? 1f : 0f);
    }
  }

  private void requireSize(FloatBuffer buffer) {
    if (buffer.remaining() != size) {
      throw new MaskException(
          "A mask of shape %s does not fit %d weights.".formatted(shape, buffer.remaining()));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BitMask that && shape.equals(that.shape) && bits.equals(that.bits);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + bits.hashCode();
  }

  /** For example {@code [10, 512]: 512 of 5120 alive}. */
  @Override
  public String toString() {
    return "%s: %d of %d alive".formatted(shape, alive, size);
  }
}
