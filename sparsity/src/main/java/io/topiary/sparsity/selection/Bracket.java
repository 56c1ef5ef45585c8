package io.topiary.sparsity.selection;

import java.util.Arrays;

/**
 * A range of keys that a rank is looked for in, and how many weights have which of them. Where the
 * range is wider than the table of counts, neighbouring keys share a count, and finding the rank
 * gives a narrower range instead of one key.
 */
final class Bracket {

  static final int COUNTS = 3 << 16;

  /** In one count may be as many as there are in 16 GiB of weights: it is read as unsigned. */
  private final int[] counts = new int[COUNTS];

  private Range range = Range.ALL;
  private int shift;
  private long within;

  /** Sums to how many have keys below the range. */
  private final int[] below = new int[Chunk.SIZE];

  /** Counts anew, in that range. */
  void open(Range opened) {
    Arrays.fill(counts, 0);
    range = opened;
    for (shift = 0; last() >>> shift >= COUNTS; ) {
      shift++;
    }
    Arrays.fill(below, 0);
    within = 0;
  }

  /** Counts the keys of a chunk. */
  void add(Chunk chunk) {
    within += chunk.count(below, counts, range.from(), last(), shift);
  }

  /** Counts those of the keys whose bits are set. */
  void add(int[] keys, int count, long ranked) {
    var smaller = 0;
    for (var i = 0; i < count; i++) {
      var place = keys[i] - range.from();
      var bit = (int) (ranked >>> i) & 1;
      smaller += (place >>> 31) & bit;
      if ((place | (last() - place) | (bit - 1)) >= 0) {
        counts[place >>> shift]++;
        within++;
      }
    }
    below[0] += smaller;
  }

  /** Counts a key no longer. */
  void remove(int key) {
    if (key < range.from()) {
      below[0]--;
    } else if (key < range.to()) {
      counts[(key - range.from()) >>> shift]--;
      within--;
    }
  }

  /** How many of the weights counted have keys that are in the range or below it. */
  long reached() {
    return below() + within;
  }

  /** Where the key of that rank is, counted from 1: among the keys of one count, or outside. */
  Range find(long rank) {
    if (rank <= below()) {
      return new Range(0, range.from());
    }
    if (rank > reached()) {
      return new Range(range.to(), Keys.END);
    }
    var bucket = bucket(rank);
    var from = range.from() + (bucket << shift);
    return new Range(from, Math.min(range.to() - 1, from + (1 << shift) - 1) + 1);
  }

  /** Whether the range holds a key. */
  boolean holds(int key) {
    return range.from() <= key && key < range.to();
  }

  /** How many weights have smaller keys than one of the range that has a count of its own. */
  long below(int key) {
    return below() + sumBelow(key - range.from());
  }

  private int bucket(long rank) {
    var bucket = 0;
    var upTo = below() + Integer.toUnsignedLong(counts[0]);
    while (upTo < rank) {
      bucket++;
      upTo += Integer.toUnsignedLong(counts[bucket]);
    }
    return bucket;
  }

  private long sumBelow(int bucket) {
    return Arrays.stream(counts, 0, bucket).mapToLong(Integer::toUnsignedLong).sum();
  }

  private long below() {
    return Arrays.stream(below).asLongStream().sum();
  }

  private int last() {
    return range.to() - 1 - range.from();
  }
}
