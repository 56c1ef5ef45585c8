package io.topiary.sparsity.selection;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How many weights every tensor keeps, in the network's order. */
record Allocation(List<Kept> tensors) {

  /**
   * What one tensor keeps.
   *
   * @param spared whether it keeps its last weight though its share comes to none
   */
  record Kept(long survivors, boolean spared) {}

  static long[] alive(List<PrunableTensor> tensors) {
    return tensors.stream().mapToLong(tensor -> tensor.alive().alive()).toArray();
  }

  /**
   * Spreads survivors over tensors in proportion to their scores, by largest remainder: everyone
   * gets the floor or the ceiling of its share. Who would get more than it has alive gets just
   * that, and the rest is spread over the others anew. Whose share comes to none keeps one all the
   * same, which those give that stand furthest above their shares. Where remainders are the same,
   * the earlier tensor loses first.
   *
   * @param survivors at most all that are alive, and at least one for each tensor that has any
   */
  static Allocation proportional(long survivors, long[] scores, long[] alive) {
    var all = IntStream.range(0, alive.length).filter(t -> alive[t] > 0).boxed().toList();
    return new Spread(scores, alive).over(all, survivors);
  }

  /** The same, with a tensor before the first that keeps all it has. */
  Allocation after(long dense) {
    return new Allocation(
        Stream.concat(Stream.of(new Kept(dense, false)), tensors.stream()).toList());
  }

  /** Removes from every tensor the smallest weights, as many as it does not keep. */
  Selection select(List<PrunableTensor> weights) {
    var selection = new SelectionBuilder();
    for (var t = 0; t < tensors.size(); t++) {
      var tensor = weights.get(t);
      var kept = tensors.get(t);
      Ranking.byMagnitude(List.of(tensor))
          .removeSmallest(tensor.alive().alive() - kept.survivors(), selection);
      if (kept.spared()) {
        selection.markSpared();
      }
    }
    return selection.build();
  }

  private static final class Spread {

    private final long[] scores;
    private final long[] alive;
    private final long[] kept;
    private final double[] shares;

    Spread(long[] scores, long[] alive) {
      this.scores = scores;
      this.alive = alive;
      this.kept = new long[alive.length];
      this.shares = new double[alive.length];
    }

    Allocation over(List<Integer> tensors, long survivors) {
      var open = tensors;
      var left = survivors;
      var wanted = shares(open, left);
      while (wanted.stream().anyMatch(this::overflows)) {
        for (var share : wanted.stream().filter(this::overflows).toList()) {
          kept[share.tensor] = alive[share.tensor];
          shares[share.tensor] = alive[share.tensor];
          left -= alive[share.tensor];
        }
        open = wanted.stream().filter(share -> !overflows(share)).map(Share::tensor).toList();
        wanted = shares(open, left);
      }
      round(wanted, left);
      var spared = spare(tensors);
      return new Allocation(
          IntStream.range(0, kept.length)
              .mapToObj(t -> new Kept(kept[t], spared.contains(t)))
              .toList());
    }

    private boolean overflows(Share share) {
      var room = alive[share.tensor];
      return share.floor > room || (share.floor == room && share.remainder.signum() > 0);
    }

    /** A tensor's share is {@code survivors * score / sum of scores}, in whole numbers. */
    private List<Share> shares(List<Integer> tensors, long survivors) {
      var sum = BigInteger.valueOf(tensors.stream().mapToLong(t -> scores[t]).sum());
      return tensors.stream()
          .map(
              t -> {
                var product = BigInteger.valueOf(survivors).multiply(BigInteger.valueOf(scores[t]));
                var parts = product.divideAndRemainder(sum);
                shares[t] = product.doubleValue() / sum.doubleValue();
                return new Share(t, parts[0].longValueExact(), parts[1]);
              })
          .toList();
    }

    private void round(List<Share> wanted, long survivors) {
      wanted.forEach(share -> kept[share.tensor] = share.floor);
      wanted.stream()
          .sorted(Comparator.comparing(Share::remainder).thenComparing(Share::tensor).reversed())
          .limit(survivors - wanted.stream().mapToLong(Share::floor).sum())
          .forEach(share -> kept[share.tensor]++);
    }

    private Set<Integer> spare(List<Integer> tensors) {
      var spared = tensors.stream().filter(t -> kept[t] == 0).collect(Collectors.toSet());
      spared.forEach(t -> kept[t] = 1);
      spared.forEach(
          t ->
              tensors.stream()
                  .filter(giver -> kept[giver] > 1)
                  .max(
                      Comparator.comparingDouble((Integer giver) -> kept[giver] - shares[giver])
                          .thenComparing(Comparator.reverseOrder()))
                  .ifPresent(giver -> kept[giver]--));
      return spared;
    }

    private record Share(int tensor, long floor, BigInteger remainder) {}
  }
}
