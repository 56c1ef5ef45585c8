package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.require;

import io.topiary.schemas.SelectorKind;
import io.topiary.sparsity.selection.NOfM;
import io.topiary.sparsity.selection.Selector;
import io.topiary.sparsity.selection.Selectors;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A selector as records name it.
 *
 * @param name as it was typed
 * @param n weights that N_OF_M keeps of every m; 0 for the others
 */
public record SelectorChoice(String name, SelectorKind kind, int n, int m) {

  /** What {@code --selector} may be, for its help. */
  public static final String HELP =
      "Which weights go: global-magnitude, uniform, uniform-dense-first, erk, lamp, random, or N:M"
          + " such as 2:4, which keeps 2 of every 4. Default: ${DEFAULT-VALUE}";

  /**
   * The selector of that name.
   *
   * @throws io.topiary.sparsity.InvalidInputException when there is none
   * @throws io.topiary.runtime.StartException when it would remove nothing
   */
  public static SelectorChoice of(String name) {
    if (Selectors.parse(name, 0) instanceof NOfM pattern) {
      require(
          pattern.n() < pattern.m(),
          "--selector is %s, which keeps every weight; of N:M, N should be below M.",
          name);
      return new SelectorChoice(name, SelectorKind.N_OF_M, pattern.n(), pattern.m());
    }
    var kind = SelectorKind.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    return new SelectorChoice(name, kind, 0, 0);
  }

  /**
   * The selector itself.
   *
   * @param seed what {@code random} draws from
   */
  public Selector selector(long seed) {
    return Selectors.parse(name, seed);
  }

  /** The one sparsity that an N:M selector prunes to; absent for the others. */
  public Optional<Double> onlySparsity() {
    return kind == SelectorKind.N_OF_M ? Optional.of((m - n) / (double) m) : Optional.empty();
  }

  /**
   * The one sparsity that there can be.
   *
   * @param typed what was asked for; none where it is left to the selector
   */
  public double requireOnly(List<Double> typed) {
    var only = onlySparsity().orElseThrow();
    require(
        typed.isEmpty() || typed.equals(List.of(only)),
        "--sparsity is %s, but --selector %s always prunes to %s; leave --sparsity out.",
        typed.size() == 1 ? number(typed.get(0)) : typed,
        name,
        number(only));
    return only;
  }
}
