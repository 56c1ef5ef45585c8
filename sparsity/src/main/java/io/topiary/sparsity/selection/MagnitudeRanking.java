package io.topiary.sparsity.selection;

import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.selection.Selection.TensorReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Ranks weights by magnitude without sorting or copying them. The bits of a non-negative float,
 * read as an integer, order as the float does, subnormals included; without the sign bit they are a
 * key of 31 bits. One pass over the weights counts the upper 16 bits, a second counts the lower 15
 * of those keys that share the threshold's upper bits, and then the threshold is known exactly.
 */
final class MagnitudeRanking {

  private static final int MAGNITUDE = 0x7fff_ffff;
  private static final int INFINITY = 0x7f80_0000;
  private static final int LOW_BITS = 15;
  private static final int LOW = (1 << LOW_BITS) - 1;

  private final List<PrunableTensor> tensors;

  /**
   * Per tensor the index of the weight that ranks last, which therefore stays; -1 if none lives.
   */
  private final int[] largest;

  private final long[] countByHighBits = new long[1 << (31 - LOW_BITS)];
  private final long alive;
  private final long removable;

  MagnitudeRanking(List<PrunableTensor> tensors) {
    this.tensors = tensors;
    this.largest = new int[tensors.size()];
    for (var t = 0; t < largest.length; t++) {
      largest[t] = countHighBits(tensors.get(t), countByHighBits);
    }
    this.alive = tensors.stream().mapToLong(tensor -> tensor.alive().alive()).sum();
    this.removable = alive - tensors.stream().filter(tensor -> tensor.alive().alive() > 0).count();
  }

  Selection removeSmallest(double fraction) {
    var count = (long) Math.rint(fraction * alive);
    if (count > removable) {
      throw new SelectionException(
          "Removing %d of %d weights would empty a tensor; at most %d can go."
              .formatted(count, alive, removable));
    }
    return new Removal(threshold(count)).selection();
  }

  /** The weights that go: all whose key is smaller, and of those with this key the first ones. */
  private record Threshold(int key, long ties) {}

  private Threshold threshold(long count) {
    var high = bucket(countByHighBits, count);
    var below = sumBelow(countByHighBits, high);
    var countByLowBits = countLowBits(high);
    var low = bucket(countByLowBits, count - below);
    return new Threshold(high << LOW_BITS | low, count - below - sumBelow(countByLowBits, low));
  }

  /** Counts what may go of a tensor, and returns the index of the weight that may not. */
  private static int countHighBits(PrunableTensor tensor, long[] counts) {
    var largestIndex = -1;
    var largestKey = 0;
    var weights = tensor.weights();
    for (var i = 0; i < weights.capacity(); i++) {
      var key = key(weights.get(i));
      if (key >= INFINITY) {
        throw new NonFiniteWeightException(tensor.name(), i, weights.get(i));
      }
      if (tensor.alive().isAlive(i)) {
        counts[key >>> LOW_BITS]++;
        if (key >= largestKey) {
          largestKey = key;
          largestIndex = i;
        }
      }
    }
    if (largestIndex >= 0) {
      counts[largestKey >>> LOW_BITS]--;
    }
    return largestIndex;
  }

  private long[] countLowBits(int high) {
    var counts = new long[1 << LOW_BITS];
    for (var t = 0; t < largest.length; t++) {
      var tensor = tensors.get(t);
      for (var i = 0; i < tensor.alive().size(); i++) {
        var key = key(tensor.weights().get(i));
        if (key >>> LOW_BITS == high && tensor.alive().isAlive(i) && i != largest[t]) {
          counts[key & LOW]++;
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
    var sum = 0L;
    for (var i = 0; i < bucket; i++) {
      sum += counts[i];
    }
    return sum;
  }

  private static int key(float weight) {
    return Float.floatToRawIntBits(weight) & MAGNITUDE;
  }

  /** The last pass, which takes out what ranks below the threshold. */
  private final class Removal {

    private final int key;
    private long ties;
    private double squaredNorm;

    Removal(Threshold threshold) {
      this.key = threshold.key();
      this.ties = threshold.ties();
    }

    Selection selection() {
      var masks = new LinkedHashMap<String, BitMask>();
      var reports = new ArrayList<TensorReport>();
      for (var t = 0; t < largest.length; t++) {
        var tensor = tensors.get(t);
        var mask = remove(tensor, largest[t], reports);
        if (masks.put(tensor.name(), mask) != null) {
          throw new SelectionException("Tensor '%s' is there twice.".formatted(tensor.name()));
        }
      }
      return new Selection(new Mask(masks), reports, squaredNorm);
    }

    private BitMask remove(PrunableTensor tensor, int last, List<TensorReport> reports) {
      var before = tensor.alive();
      var bits = before.toBitSet();
      var spared = false;
      for (var i = bits.nextSetBit(0); i >= 0; i = bits.nextSetBit(i + 1)) {
        var weight = tensor.weights().get(i);
        if (i == last) {
          spared = goes(key(weight));
        } else if (goes(key(weight))) {
          bits.clear(i);
          squaredNorm += (double) weight * weight;
          ties -= key(weight) == key ? 1 : 0;
        }
      }
      var after = BitMask.of(tensor.alive().shape(), bits);
      reports.add(
          new TensorReport(
              tensor.name(), after.size(), before.alive() - after.alive(), after.alive(), spared));
      return after;
    }

    private boolean goes(int candidate) {
      return candidate < key || (candidate == key && ties > 0);
    }
  }
}
