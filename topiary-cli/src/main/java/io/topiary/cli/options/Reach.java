package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.number;

import io.topiary.runtime.StartException;
import io.topiary.schemas.SelectorKind;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Network;
import java.util.Locale;

/**
 * How far a selector can prune a network: every layer that has weights keeps at least one, and with
 * {@code uniform-dense-first} the first keeps all.
 *
 * @param weights all prunable ones, those that are pruned already included
 * @param removable at most, with those that are pruned already
 */
public record Reach(SelectorChoice selector, long weights, long removable) {

  private static final double DIGITS = 1e4;

  /** The reach within a network that is dense. */
  static Reach of(SelectorChoice selector, Network network) {
    return of(selector, Mask.allAlive(network.prunable()));
  }

  /** The reach within a network that earlier pruning has left like that. */
  public static Reach of(SelectorChoice selector, Mask alive) {
    var tensors = alive.tensors().values().stream().toList();
    var keepsFirst = selector.kind() == SelectorKind.UNIFORM_DENSE_FIRST;
    var kept = 0L;
    for (var t = 0; t < tensors.size(); t++) {
      var living = tensors.get(t).alive();
      kept += t == 0 && keepsFirst ? living : Math.min(1, living);
    }
    return new Reach(selector, alive.size(), alive.size() - kept);
  }

  /**
   * Refuses a sparsity that leaves too few weights.
   *
   * @param asked as it was typed
   * @param reached that follows from it: more where phases of a fixed share overshoot
   * @throws StartException with the highest sparsity that there can be
   */
  public void require(double asked, double reached) {
    if (selector.onlySparsity().isPresent() || Math.rint(reached * weights) <= removable) {
      return;
    }
    throw new StartException(
        String.format(
            Locale.ROOT,
            "--sparsity has %s%s, but --selector %s can remove at most %,d of the %,d weights, as"
                + " %s; it should be at most %s.",
            number(asked),
            digits(asked).equals(digits(reached))
                ? ""
                : ", which the phases take to " + digits(reached),
            selector.name(),
            removable,
            weights,
            selector.kind() == SelectorKind.UNIFORM_DENSE_FIRST
                ? "the first layer keeps all of its own and every other keeps one"
                : "every layer keeps one",
            digits(removable / (double) weights)));
  }

  /** Rounded down, so that it can be typed. */
  private static String digits(double sparsity) {
    return number(Math.floor(sparsity * DIGITS) / DIGITS);
  }
}
