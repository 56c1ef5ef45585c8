package io.topiary.sparsity.mask;

import io.topiary.sparsity.network.Shape;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;

/**
 * Which weights of one tensor are alive: one bit each, set where the weight lives, in the tensor's
 * own order (the last dimension runs fastest). Immutable.
 */
public final class BitMask {

  private final Shape shape;
  private final int size;
  private final int alive;
  private final long[] words;

  private BitMask(Shape shape, int size, long[] words) {
    this.shape = shape;
    this.size = size;
    this.alive = Arrays.stream(words).mapToInt(Long::bitCount).sum();
    this.words = words;
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
    return new BitMask(shape, size, Arrays.copyOf(alive.toLongArray(), words(size)));
  }

  /**
   * The mask of a dense tensor.
   *
   * @throws MaskException when the shape has no weight or more than {@link Integer#MAX_VALUE}
   */
  public static BitMask allAlive(Shape shape) {
    var mask = new Builder(shape);
    Arrays.fill(mask.words, -1L);
    return mask.build();
  }

  private static int words(int size) {
    return (size - 1) / Long.SIZE + 1;
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
    Objects.checkIndex(index, size);
    return ((words[index / Long.SIZE] >>> index) & 1) != 0;
  }

  /**
   * Of 64 weights which are alive, the first in the lowest bit; bits past the last weight are 0.
   *
   * @param index of the word: 64 weights to each
   */
  public long word(int index) {
    return words[index];
  }

  /** Zeros over elements. */
  public double sparsity() {
    return (size - alive) / (double) size;
  }

  /** The weights that are alive, for the caller to change. */
  public BitSet toBitSet() {
    return BitSet.valueOf(words);
  }

  /** Sets every pruned weight to 0 and leaves the others as they are. */
  public void applyTo(FloatBuffer weights) {
    requireSize(weights);
    for (var i = 0; i < size; i++) {
      if (!isAlive(i)) {
        weights.put(weights.position() + i, 0f);
      }
    }
  }

  /**
   * Writes 1 for every weight that is alive and 0 for the others: what weights are multiplied by.
   */
  public void writeFactors(FloatBuffer factors) {
    requireSize(factors);
    for (var i = 0; i < size; i++) {
      factors.put(factors.position() + i, isAlive(i) ? 1f : 0f);
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
    return other instanceof BitMask that
        && shape.equals(that.shape)
        && Arrays.equals(words, that.words);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + Arrays.hashCode(words);
  }

  /** For example {@code [10, 512]: 512 of 5120 alive}. */
  @Override
  public String toString() {
    return "%s: %d of %d alive".formatted(shape, alive, size);
  }

  /** A mask in the making, all pruned at first: its bits are written once and never copied. */
  public static final class Builder {

    private final Shape shape;
    private final int size;
    private long[] words;

    /**
     * @throws MaskException when the shape has no weight or more than {@link Integer#MAX_VALUE}
     */
    public Builder(Shape shape) {
      this.shape = shape;
      this.size = size(shape);
      this.words = new long[words(size)];
    }

    /** Says of 64 weights which are alive; bits past the tensor's last weight are ignored. */
    public void word(int index, long alive) {
      words[index] = alive;
    }

    /** The mask as it stands; the builder is of no use afterwards. */
    public BitMask build() {
      var built = words;
      words = new long[0];
      built[built.length - 1] &= -1L >>> -size;
      return new BitMask(shape, size, built);
    }
  }
}
