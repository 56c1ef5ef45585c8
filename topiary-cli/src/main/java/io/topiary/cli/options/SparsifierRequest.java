package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.text.Figures;
import io.topiary.engine.sparsifier.Sparsification;
import java.util.Optional;

/**
 * How a network is to be made sparse while it is trained. One that exists makes sense in itself;
 * whether network and training have room for it is found out with them.
 *
 * @param sparsification with the parameter that a search starts from, if there is to be one
 * @param sparsity the fraction of the prunable weights that is to be 0 in the end
 * @param rampPeriod epochs from one step of the rising sparsity to the next; absent where it does
 *     not rise in steps
 * @param searchRuns how many trainings the search for the parameter may take; absent where there is
 *     none
 */
public record SparsifierRequest(
    SparseMethod method,
    Sparsification sparsification,
    double sparsity,
    Optional<Integer> rampPeriod,
    Optional<Integer> searchRuns) {

  /**
   * One whose parameter is not searched for.
   *
   * @param initialThreshold of STR; absent for where its search would start, and for others
   * @param alpha of DST; absent for where its search would start, and for others
   * @throws io.topiary.runtime.StartException when it makes no sense
   */
  public static SparsifierRequest of(
      SparseMethod method,
      double sparsity,
      Optional<Double> initialThreshold,
      Optional<Double> alpha) {
    var typed =
        new TypedSparsifier(
                Optional.of(method.label()),
                Optional.of(sparsity),
                Optional.empty(),
                initialThreshold,
                alpha,
                false,
                Optional.empty())
            .request()
            .orElseThrow();
    return new SparsifierRequest(
        method, typed.sparsification(), sparsity, typed.rampPeriod(), Optional.empty());
  }

  /**
   * Refuses a training with no time to raise sparsity and to recover from it.
   *
   * @param epochs of the training, of which whole ones count
   * @throws io.topiary.runtime.StartException when they are fewer than two periods
   */
  public void requireTime(double epochs) {
    rampPeriod.ifPresent(
        period ->
            require(
                epochs >= 2.0 * period,
                "--epochs is %s, but with a --ramp-period of %s it should be at least %d.",
                number(epochs),
                Figures.count(period, "epoch"),
                2L * period));
  }
}
