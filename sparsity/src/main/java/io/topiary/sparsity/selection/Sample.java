package io.topiary.sparsity.selection;

import java.util.List;

/**
 * A guess at where the key of a rank is, from one weight in 40, after a coarse one from few of
 * them. They are taken in short runs spread evenly over all tensors, as neighbours tend to be
 * alike. A wrong guess costs time and nothing else.
 */
final class Sample {

  /** Fewer weights than this are looked at quicker than guessed at. */
  private static final int WORTH_IT = 1 << 16;

  /** As many as fill two lines of the processor's caches. */
  private static final int RUN = 32;

  private static final long RUN_BITS = (1L << RUN) - 1;

  /** From one run to the next: whole words of a mask, so that a run lies in one. */
  private static final int STEP = 20 * Long.SIZE;

  private static final int COARSE_STEP = 16 * STEP;

  /** How far a guess may be off, in standard errors. */
  private static final double ERRORS = 4;

  private final List<PrunableTensor> tensors;
  private final Keys ranking;
  private final Bracket bracket;

  private Sample(List<PrunableTensor> tensors, Keys ranking, Bracket bracket) {
    this.tensors = tensors;
    this.ranking = ranking;
    this.bracket = bracket;
  }

  /**
   * Guesses.
   *
   * @param bracket to count the sample in
   */
  static Range guess(List<PrunableTensor> tensors, Keys ranking, long rank, Bracket bracket) {
    var alive = Quota.alive(tensors);
    if (alive < WORTH_IT) {
      return Range.ALL;
    }
    var sample = new Sample(tensors, ranking, bracket);
    var fraction = rank / (double) alive;
    var coarse = sample.guess(Range.ALL, fraction, COARSE_STEP);
    return sample.guess(coarse, fraction, STEP).trim(Bracket.COUNTS);
  }

  private Range guess(Range within, double fraction, int step) {
    bracket.open(within);
    var size = take(step);
    // Of a binomial distribution, and one more for the sample's own steps.
    var error = 1 + ERRORS * Math.sqrt(size * fraction * (1 - fraction));
    var first = (long) Math.floor(size * fraction - error);
    var last = (long) Math.ceil(size * fraction + error);
    return new Range(first < 1 ? 0 : bracket.find(first).from(), bracket.find(last).to());
  }

  private long take(int step) {
    var weights = new int[RUN];
    var keys = new int[RUN];
    var size = 0L;
    var from = 0;
    for (var t = 0; t < tensors.size(); t++) {
      var alive = tensors.get(t).alive();
      var bits = tensors.get(t).bits();
      for (; from < alive.size(); from += step) {
        var count = Math.min(RUN, alive.size() - from);
        bits.get(from, weights, 0, count);
        ranking.write(t, from, weights, keys, count);
        var living = alive.word(from / Long.SIZE) & RUN_BITS;
        bracket.add(keys, count, living);
        size += Long.bitCount(living);
      }
      from = (from - alive.size()) / Long.SIZE * Long.SIZE;
    }
    return size;
  }
}
