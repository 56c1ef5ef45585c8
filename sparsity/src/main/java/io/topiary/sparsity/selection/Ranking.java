package io.topiary.sparsity.selection;

import io.topiary.sparsity.mask.BitMask;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Ranks weights without sorting or copying them as a whole. A {@link Sample} tells about where the
 * threshold is, and one pass over all weights, which counts those before and those in a narrow
 * {@link Bracket} around it, tells exactly. Where the sample misled, or the bracket has more keys
 * than counts, it takes a pass or two more: every pass narrows the range, whatever the weights.
 * Then a last one takes out what ranks below and sums the norms. Apart from the masks this takes
 * less than 1 MB, however many weights there are.
 *
 * <p>Source of the idea: Floyd and Rivest, 1975, Expected Time Bounds for Selection, Communications
 * of the ACM 18(3).
 */
final class Ranking {

  private static final int NONE = -1;

  private final List<PrunableTensor> tensors;
  private final IntBuffer[] bits;
  private final Keys ranking;
  private final Chunk chunk = new Chunk();
  private final Bracket bracket = new Bracket();

  /** Of a tensor that would be emptied the weight that ranks last. */
  private final int[] spared;

  /** Per tensor how many that may go have keys past the bracket, or none. */
  private final long[] beyond;

  private Ranking(List<PrunableTensor> tensors, Keys ranking) {
    this.tensors = tensors;
    this.bits = tensors.stream().map(PrunableTensor::bits).toArray(IntBuffer[]::new);
    this.ranking = ranking;
    this.spared = new int[bits.length];
    this.beyond = new long[bits.length];
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
    while (true) {
      var removals = remove(threshold(count));
      if (!spareEmptied(removals)) {
        removals.forEach(removal -> removal.addTo(selection));
        return;
      }
    }
  }

  /** The weights that go: all whose key is smaller, and of those with this key the first ones. */
  record Threshold(int key, long ties) {}

  Threshold threshold(long count) {
    if (count == 0) {
      return new Threshold(0, 0);
    }
    survey(Sample.guess(tensors, ranking, count, bracket));
    while (true) {
      var found = bracket.find(count);
      if (found.isEmpty()) {
        tensors.forEach(NonFiniteWeightException::requireFinite);
        throw new IllegalArgumentException("There are no %d weights that may go.".formatted(count));
      }
      if (!found.isOne() || !bracket.holds(found.from())) {
        survey(found);
      } else if (!spareBelow(found.from())) {
        return new Threshold(found.from(), count - bracket.below(found.from()));
      }
    }
  }

  /** Counts all that may go. */
  private void survey(Range range) {
    bracket.open(range);
    for (var t = 0; t < bits.length; t++) {
      var before = bracket.reached();
      for (var from = 0; from < size(t); from += Chunk.SIZE) {
        read(t, from);
        chunk.keepOthers();
        bracket.add(chunk);
      }
      var ranked = alive(t) - (spared[t] == NONE ? 0 : 1);
      beyond[t] = ranked - (bracket.reached() - before);
    }
  }

  /**
   * A tensor that would be emptied, for its largest key is smaller than the threshold's, keeps the
   * weight that ranks last. The threshold can only rise by that, so it would be emptied again: none
   * is spared in vain.
   *
   * @return whether there was one that is not spared yet
   */
  private boolean spareBelow(int threshold) {
    var found = false;
    for (var t = 0; t < bits.length; t++) {
      if (spared[t] == NONE && alive(t) > 0 && beyond[t] == 0) {
        found |= spare(t, threshold);
      }
    }
    return found;
  }

  /** Where it takes the last pass to tell, for a tie. */
  private boolean spareEmptied(List<Removal> removals) {
    var found = false;
    for (var t = 0; t < bits.length; t++) {
      if (removals.get(t).emptied) {
        found |= spare(t, Keys.END);
      }
    }
    return found;
  }

  /** Spares a tensor's last weight if its key is smaller than that. */
  private boolean spare(int t, int below) {
    var largest = 0;
    var last = NONE;
    for (var from = 0; from < size(t); from += Chunk.SIZE) {
      read(t, from);
      chunk.keepOthers();
      if (chunk.reaches(largest)) {
        largest = chunk.largest();
        last = from + chunk.lastIndexOf(largest);
      }
    }
    if (largest >= below) {
      return false;
    }
    spared[t] = last;
    bracket.remove(largest);
    return true;
  }

  private List<Removal> remove(Threshold threshold) {
    var removals = new ArrayList<Removal>();
    var ties = threshold.ties();
    for (var t = 0; t < bits.length; t++) {
      var removal = new Removal(tensors.get(t), spared[t] != NONE);
      for (var from = 0; from < size(t); from += Chunk.SIZE) {
        read(t, from);
        removal.squaredNorm += chunk.squares();
        chunk.keepOthers();
        ties -= chunk.putFirst(threshold.key(), ties);
        removal.add(from, threshold.key());
      }
      NonFiniteWeightException.requireFinite(tensors.get(t), removal.squaredNorm);
      removals.add(removal);
    }
    return removals;
  }

  private void read(int t, int from) {
    var alive = tensors.get(t).alive();
    var count = Math.min(Chunk.SIZE, alive.size() - from);
    chunk.read(bits[t], t, from, count, ranking);
    for (var w = 0; w < Chunk.WORDS; w++) {
      chunk.rank(w, w * Long.SIZE < count ? alive.word(from / Long.SIZE + w) : 0);
    }
    var keeps = spared[t] - from;
    if (keeps >= 0 && keeps < count) {
      chunk.keep(keeps);
    }
  }

  private int size(int t) {
    return tensors.get(t).alive().size();
  }

  private int alive(int t) {
    return tensors.get(t).alive().alive();
  }

  /** What one tensor loses. */
  private final class Removal {

    private final PrunableTensor tensor;
    private final boolean spared;
    private final BitMask.Builder after;
    private final long[] goes = new long[Chunk.WORDS];
    private double squaredNorm;
    private double squaredNormOfRemoved;
    private boolean emptied;

    Removal(PrunableTensor tensor, boolean spared) {
      this.tensor = tensor;
      this.spared = spared;
      this.after = new BitMask.Builder(tensor.alive().shape());
      this.emptied = tensor.alive().alive() > 0;
    }

    void add(int from, int threshold) {
      squaredNormOfRemoved += chunk.mark(threshold);
      chunk.marked(goes);
      var first = from / Long.SIZE;
      var words = Math.min(Chunk.WORDS, (tensor.alive().size() - from - 1) / Long.SIZE + 1);
      for (var w = 0; w < words; w++) {
        var left = tensor.alive().word(first + w) & ~goes[w];
        after.word(first + w, left);
        emptied &= left == 0;
      }
    }

    void addTo(SelectionBuilder selection) {
      selection.add(tensor, after.build(), spared, squaredNorm, squaredNormOfRemoved);
    }
  }
}
