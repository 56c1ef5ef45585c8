package io.topiary.sparsity.selection;

import io.topiary.sparsity.mask.BitMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Ranks weights without sorting or copying them as a whole. One pass over the weights counts the
 * upper 16 bits of their keys, a second counts the lower 15 of those keys that share the
 * threshold's upper bits; then the threshold is known exactly, and a third takes out what ranks
 * below it and sums the norms. Apart from the masks this takes less than 1 MB, however many weights
 * there are.
 *
 * <p>A tensor would be emptied if its largest key ranked below the threshold, which the first pass
 * mostly tells. Where it takes the last pass to tell, for a tie, the passes after the first are
 * made again.
 */
final class Ranking {

  static final int LOW_BITS = 15;
  private static final int LOW = (1 << LOW_BITS) - 1;
  private static final int NONE = -1;

  private final List<PrunableTensor> tensors;
  private final Keys ranking;
  private final Chunk chunk = new Chunk();

  /** Of a tensor that would be emptied the weight that ranks last. */
  private final int[] spared;

  /**
   * Per tensor the largest key, and of all but the spared weights how many have which high bits.
   */
  private final int[] largest;

  private final long[] countsByHighBits = new long[1 << (31 - LOW_BITS)];

  private Ranking(List<PrunableTensor> tensors, Keys ranking) {
    this.tensors = tensors;
    this.ranking = ranking;
    this.spared = new int[tensors.size()];
    this.largest = new int[tensors.size()];
    Arrays.fill(spared, NONE);
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
    countHighBits();
    while (true) {
      var removals = remove(threshold(count));
      if (!spare(t -> removals.get(t).emptied)) {
        removals.forEach(removal -> removal.addTo(selection));
        return;
      }
    }
  }

  /** The weights that go: all whose key is smaller, and of those with this key the first ones. */
  private record Threshold(int key, long ties) {}

  private Threshold threshold(long count) {
    while (true) {
      var high = bucket(countsByHighBits, count);
      if (!spare(t -> largest[t] >>> LOW_BITS < high)) {
        var ofThese = count - sumBelow(countsByHighBits, high);
        var countsByLowBits = countLowBits(high);
        var low = bucket(countsByLowBits, ofThese);
        var key = high << LOW_BITS | low;
        if (!spare(t -> largest[t] < key)) {
          return new Threshold(key, ofThese - sumBelow(countsByLowBits, low));
        }
      }
    }
  }

  private void countHighBits() {
    for (var t = 0; t < spared.length; t++) {
      for (var from = 0; from < size(t); from += Chunk.SIZE) {
        countHighBits(readAlive(t, from), countsByHighBits);
        largest[t] = Math.max(largest[t], chunk.largest());
      }
    }
  }

  private void countHighBits(int count, long[] counts) {
    var keys = chunk.keys;
    for (var i = 0; i < count; i++) {
      counts[keys[i] >>> LOW_BITS]++;
    }
  }

  private long[] countLowBits(int high) {
    var counts = new long[1 << LOW_BITS];
    for (var t = 0; t < spared.length; t++) {
      for (var from = 0; from < size(t); from += Chunk.SIZE) {
        countLowBits(high, tensors.get(t).alive(), from, read(t, from), counts);
      }
    }
    return counts;
  }

  /** Few share the threshold's upper bits, and only of those it matters whether they are alive. */
  private void countLowBits(int high, BitMask alive, int from, int count, long[] counts) {
    var keys = chunk.keys;
    for (var i = 0; i < count; i++) {
      if (keys[i] >>> LOW_BITS == high && alive.isAlive(from + i)) {
        counts[keys[i] & LOW]++;
      }
    }
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
      var removal = new Removal(tensors.get(t), spared[t] != NONE);
      for (var from = 0; from < size(t); from += Chunk.SIZE) {
        var count = readAlive(t, from);
        ties -= chunk.putFirst(threshold.key(), ties);
        removal.add(from, count, threshold.key());
      }
      NonFiniteWeightException.requireFinite(tensors.get(t), removal.norms.all);
      removals.add(removal);
    }
    return removals;
  }

  /**
   * A tensor that would be emptied keeps the weight that ranks last. The threshold can only rise by
   * that, so it would be emptied again: none is spared in vain.
   *
   * @return whether there was one that is not spared yet
   */
  private boolean spare(IntPredicate emptied) {
    var found = false;
    for (var t = 0; t < spared.length; t++) {
      if (spared[t] == NONE && tensors.get(t).alive().alive() > 0 && emptied.test(t)) {
        spared[t] = last(t);
        if (spared[t] == NONE) {
          // It has weights that are alive, but none with a key: they are no numbers.
          NonFiniteWeightException.requireFinite(tensors.get(t), Double.NaN);
        }
        countsByHighBits[largest[t] >>> LOW_BITS]--;
        found = true;
      }
    }
    return found;
  }

  /** The index of the weight that ranks last in a tensor that has one. */
  private int last(int t) {
    var last = NONE;
    for (var from = 0; from < size(t); from += Chunk.SIZE) {
      var count = readAlive(t, from);
      for (var i = 0; i < count; i++) {
        last = chunk.keys[i] == largest[t] ? from + i : last;
      }
    }
    return last;
  }

  private int readAlive(int t, int from) {
    var count = read(t, from);
    chunk.keepPruned(tensors.get(t).alive(), from, count);
    return count;
  }

  private int read(int t, int from) {
    var count = chunk.read(tensors.get(t), t, from, ranking);
    if (spared[t] >= from && spared[t] < from + count) {
      chunk.keep(spared[t] - from);
    }
    return count;
  }

  private int size(int t) {
    return tensors.get(t).alive().size();
  }

  /** What one tensor loses. */
  private final class Removal {

    private final PrunableTensor tensor;
    private final boolean spared;
    private final BitMask.Builder after;
    private final Chunk.Norms norms = new Chunk.Norms();
    private boolean emptied;

    Removal(PrunableTensor tensor, boolean spared) {
      this.tensor = tensor;
      this.spared = spared;
      this.after = new BitMask.Builder(tensor.alive().shape());
      this.emptied = tensor.alive().alive() > 0;
    }

    void add(int from, int count, int threshold) {
      for (var i = 0; i < count; i += Long.SIZE) {
        var word = (from + i) / Long.SIZE;
        var left = tensor.alive().word(word) & ~chunk.below(i, threshold);
        after.word(word, left);
        emptied &= left == 0;
      }
      chunk.addSquares(threshold, norms);
    }

    void addTo(SelectionBuilder selection) {
      selection.add(tensor, after.build(), spared, norms.all, norms.removed);
    }
  }
}
