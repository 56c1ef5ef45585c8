package io.topiary.sparsity.selection;

import io.topiary.sparsity.selection.Allocation.Kept;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The scores of {@link Lamp}, in ascending order for every tensor. */
final class LampScores {

  private final double[][] scores;

  private LampScores(double[][] scores) {
    this.scores = scores;
  }

  static LampScores of(List<PrunableTensor> tensors) {
    return new LampScores(tensors.stream().map(LampScores::scores).toArray(double[][]::new));
  }

  private static double[] scores(PrunableTensor tensor) {
    var magnitudes = new float[tensor.alive().alive()];
    var count = 0;
    var squaredNorm = 0.0;
    for (var i = 0; i < tensor.alive().size(); i++) {
      var weight = tensor.weights().get(i);
      squaredNorm += (double) weight * weight;
      if (tensor.alive().isAlive(i)) {
        magnitudes[count++] = Math.abs(weight);
      }
    }
    NonFiniteWeightException.requireFinite(tensor, squaredNorm);
    Arrays.sort(magnitudes);
    return scores(magnitudes);
  }

  /** Equal magnitudes share one score, for each counts in the other's sum. */
  private static double[] scores(float[] ascending) {
    var scores = new double[ascending.length];
    var sum = 0.0;
    for (int last = ascending.length - 1, first; last >= 0; last = first - 1) {
      var square = (double) ascending[last] * ascending[last];
      for (first = last; first > 0 && ascending[first - 1] == ascending[last]; first--) {
        sum += square;
      }
      sum += square;
      Arrays.fill(scores, first, last + 1, square == 0 ? 0 : square / sum);
    }
    return scores;
  }

  /** How many weights each tensor keeps when the given number of lowest scores go. */
  Allocation removeSmallest(long count) {
    var threshold = threshold(count);
    var ties = count;
    for (var tensor : scores) {
      ties -= rankable(tensor, countBelow(tensor, threshold));
    }
    var kept = new ArrayList<Kept>();
    for (var t = 0; t < scores.length; t++) {
      var below = countBelow(scores[t], threshold);
      var upTo = countBelow(scores[t], Math.nextUp(threshold));
      var removed = (int) Math.min(rankable(scores[t], upTo), rankable(scores[t], below) + ties);
      ties -= removed - rankable(scores[t], below);
      // Its last weight would go as well, had it another.
      var spared = upTo > 0 && upTo == scores[t].length && (below == upTo || ties > 0);
      kept.add(new Kept(scores[t].length - removed, spared));
    }
    return new Allocation(kept);
  }

  private static int rankable(double[] tensor, int removed) {
    return Math.max(0, Math.min(removed, tensor.length - 1));
  }

  /** The lowest score such that enough weights have that score or a lower one. */
  private double threshold(long count) {
    // The bits of a non-negative double order as the double does.
    var low = 0L;
    var high = Double.doubleToRawLongBits(1);
    while (low < high) {
      var middle = (low + high) >>> 1;
      var above = Math.nextUp(Double.longBitsToDouble(middle));
      var upTo = Arrays.stream(scores).mapToLong(t -> rankable(t, countBelow(t, above))).sum();
      if (upTo >= count) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return Double.longBitsToDouble(low);
  }

  private static int countBelow(double[] ascending, double threshold) {
    var low = 0;
    var high = ascending.length;
    while (low < high) {
      var middle = (low + high) >>> 1;
      if (ascending[middle] < threshold) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
