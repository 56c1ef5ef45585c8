package io.topiary.sparsity.selection;

import io.topiary.sparsity.mask.BitMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Ranks weights without sorting or copying them. One pass over the weights counts the upper 16 bits
 * of their keys, a second counts the lower 15 of those keys that share the threshold's upper bits;
 * then the threshold is known exactly, and a third takes out what ranks below it.
 *
 * <p>Weights are read a chunk at a time, small enough to stay in the processor's first cache, so
 * that it is all the same where they lie: in the heap or in a mapped file, in either byte order.
 */
final class Ranking {

  /** Weights in a chunk: a multiple of the 64 that share a word of the mask. */
  private static final int CHUNK = 2048;

  private static final int BEFORE_ALL = -1;
  private static final int AFTER_ALL = Integer.MAX_VALUE;

  private static final int LOW_BITS = 15;
  private static final int LOW = (1 << LOW_BITS) - 1;

  private final List<PrunableTensor> tensors;
  private final Keys ranking;
  private final float[] weights = new float[CHUNK];
  private final int[] keys = new int[CHUNK];

  /** Of a tensor that would be emptied the weight that ranks last; -1 as long as none would. */
  private final int[] spared;

  private Ranking(List<PrunableTensor> tensors, Keys ranking) {
    this.tensors = tensors;
    this.ranking = ranking;
    this.spared = new int[tensors.size()];
    Arrays.fill(spared, -1);
  }

  static Ranking byMagnitude(List<PrunableTensor> tensors) {
    return new Ranking(tensors, Keys.magnitudes());
  }

  static Ranking byLot(List<PrunableTensor> tensors, long seed) {
    return new Ranking(tensors, Keys.lots(seed));
  }

  /** Removes that many, of which there must be enough. */
  Selection removeSmallest(long count) {
    var selection = new SelectionBuilder();
    removeSmallest(count, selection);
    return selection.build();
  }

  void removeSmallest(long count, SelectionBuilder selection) {
    var counts = countHighBits();
    var removals = remove(threshold(counts, count));
    while (spareLast(removals, counts)) {
      removals = remove(threshold(counts, count));
    }
    removals.forEach(removal -> removal.addTo(selection));
  }

  /**
   * A tensor that would be emptied keeps the weight that ranks last. Whom a first threshold spares,
   * the next one does as well, for it is no lower; so nobody is spared in vain.
   *
   * @return whether there was one that is not spared yet
   */
  private boolean spareLast(List<Removal> removals, long[] counts) {
    var found = false;
    for (var t = 0; t < spared.length; t++) {
      if (spared[t] < 0 && removals.get(t).emptied()) {
        var last = last(t);
        counts[key(t, last) >>> LOW_BITS]--;
        spared[t] = last;
        found = true;
      }
    }
    return found;
  }

  /** The weights that go: all whose key is smaller, and of those with this key the first ones. */
  private record Threshold(int key, long ties) {}

  private Threshold threshold(long[] countsByHighBits, long count) {
    var high = bucket(countsByHighBits, count);
    var below = sumBelow(countsByHighBits, high);
    var countsByLowBits = countLowBits(high);
    var low = bucket(countsByLowBits, count - below);
    return new Threshold(high << LOW_BITS | low, count - below - sumBelow(countsByLowBits, low));
  }

  private long[] countHighBits() {
    var counts = new long[1 << (31 - LOW_BITS)];
    for (var t = 0; t < spared.length; t++) {
      for (var from = 0; from < tensors.get(t).alive().size(); from += CHUNK) {
        var count = load(t, from);
        for (var i = 0; i < count; i++) {
          counts[keys[i] >>> LOW_BITS]++;
        }
      }
    }
    return counts;
  }

  private long[] countLowBits(int high) {
    var counts = new long[1 << LOW_BITS];
    for (var t = 0; t < spared.length; t++) {
      for (var from = 0; from < tensors.get(t).alive().size(); from += CHUNK) {
        var count = load(t, from);
        for (var i = 0; i < count; i++) {
          if (keys[i] >>> LOW_BITS == high) {
            counts[keys[i] & LOW]++;
          }
        }
      }
    }
    return counts;
  }

  /** The first bucket up to which there are at least that many. */
  private static int bucket(long[] counts, long count) {
    var bucket = 0;
    for (var upTo = counts[0]; upTo < count; upTo += counts[bucket]) {
      bucket++;
    }
    return bucket;
  }

  private static long sumBelow(long[] counts, int bucket) {
    return Arrays.stream(counts, 0, bucket).sum();
  }

  private List<Removal> remove(Threshold threshold) {
    var removals = new ArrayList<Removal>();
    var ties = threshold.ties();
    for (var t = 0; t < spared.length; t++) {
      var removal = new Removal(tensors.get(t), spared[t] >= 0);
      for (var from = 0; from < tensors.get(t).alive().size(); from += CHUNK) {
        var count = load(t, from);
        if (ties > 0) {
          ties -= markTies(count, threshold.key(), ties);
        }
        removal.add(from, count, threshold.key());
      }
      NonFiniteWeightException.requireFinite(tensors.get(t), removal.squaredNorm);
      removals.add(removal);
    }
    return removals;
  }

  /** Moves the first of those that tie with the threshold below it. */
  private long markTies(int count, int key, long ties) {
    var marked = 0L;
    for (var i = 0; i < count && marked < ties; i++) {
      if (keys[i] == key) {
        keys[i] = BEFORE_ALL;
        marked++;
      }
    }
    return marked;
  }

  /** Reads a chunk; what is not to be ranked gets a key behind all others. */
  private int load(int t, int from) {
    var tensor = tensors.get(t);
    var count = Math.min(CHUNK, tensor.alive().size() - from);
    tensor.weights().get(from, weights, 0, count);
    ranking.write(t, from, weights, keys, count);
    if (tensor.alive().alive() < tensor.alive().size()) {
      for (var i = 0; i < count; i++) {
        if (!tensor.alive().isAlive(from + i)) {
          keys[i] = AFTER_ALL;
        }
      }
    }
    if (spared[t] >= from && spared[t] < from + count) {
      keys[spared[t] - from] = AFTER_ALL;
    }
    return count;
  }

  /** The index of the weight that ranks last in a tensor that has one. */
  private int last(int t) {
    var last = -1;
    var largest = 0;
    for (var from = 0; from < tensors.get(t).alive().size(); from += CHUNK) {
      var count = load(t, from);
      for (var i = 0; i < count; i++) {
        if (keys[i] >= largest && keys[i] != AFTER_ALL) {
          largest = keys[i];
          last = from + i;
        }
      }
    }
    return last;
  }

  private int key(int t, int index) {
    load(t, index / CHUNK * CHUNK);
    return keys[index % CHUNK];
  }

  /** What one tensor loses. */
  private final class Removal {

    private final PrunableTensor tensor;
    private final boolean spared;
    private final BitSet bits;
    private double squaredNorm;
    private double squaredNormOfRemoved;

    Removal(PrunableTensor tensor, boolean spared) {
      this.tensor = tensor;
      this.spared = spared;
      this.bits = tensor.alive().toBitSet();
    }

    void add(int from, int count, int threshold) {
      for (var i = 0; i < count; i++) {
        var square = (double) weights[i] * weights[i];
        squaredNorm += square;
        if (keys[i] < threshold) {
          bits.clear(from + i);
          squaredNormOfRemoved += square;
        }
      }
    }

    boolean emptied() {
      return tensor.alive().alive() > 0 && bits.isEmpty();
    }

    void addTo(SelectionBuilder selection) {
      var after = BitMask.of(tensor.alive().shape(), bits);
      selection.add(tensor, after, spared, squaredNorm, squaredNormOfRemoved);
    }
  }
}
