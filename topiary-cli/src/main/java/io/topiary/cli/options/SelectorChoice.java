package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.require;

import io.topiary.schemas.SelectorKind;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.selection.Selector;
import io.topiary.sparsity.selection.Selectors;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A selector as records name it.
 *
 * @param name as it was typed
 * @param n weights that N_OF_M keeps of every m; 0 for the others
 */
public record SelectorChoice(String name, SelectorKind kind, int n, int m) {

  private static final Pattern N_OF_M = Pattern.compile("(\\d{1,9}):(\\d{1,9})");

  /** What {@code --selector} may be, for its help. */
  public static final String HELP =
      "Which weights go: global-magnitude, uniform, uniform-dense-first, erk, lamp, random, or N:M"
          + " such as 2:4, which keeps 2 of every 4. Default: ${DEFAULT-VALUE}";

  /**
   * The selector of that name.
   *
   * @throws io.topiary.sparsity.InvalidInputException when there is none
   * @throws io.topiary.runtime.StartException when it keeps no weight of each group, or all
   */
  public static SelectorChoice of(String name) {
    return of("--selector", name);
  }

  /** The same, where something else than the option names it. */
  public static SelectorChoice of(String option, String name) {
    var numbers = N_OF_M.matcher(name);
    if (numbers.matches()) {
      var n = Integer.parseInt(numbers.group(1));
      var m = Integer.parseInt(numbers.group(2));
      require(
          n >= 1 && n < m,
          "%s is %s, but of N:M, N should be at least 1 and below M, for example 2:4.",
          option,
          name);
      return new SelectorChoice(name, SelectorKind.N_OF_M, n, m);
    }
    var known = Selectors.parse(name, 0);
    var kind = SelectorKind.valueOf(known.name().toUpperCase(Locale.ROOT).replace('-', '_'));
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

  /** The sparsity of an N:M selector's pattern; absent for the others. */
  public Optional<Double> onlySparsity() {
    return kind == SelectorKind.N_OF_M ? Optional.of((m - n) / (double) m) : Optional.empty();
  }

  /**
   * What an N:M selector makes of layers of such shapes; absent for the others. A layer's last
   * group of r &lt; M weights along the input keeps min(N, r), so a network with one input channel
   * keeps more than N / M.
   */
  public Optional<Double> sparsityOf(Network network) {
    return onlySparsity()
        .map(
            pattern -> {
              var weights = 0L;
              var kept = 0L;
              for (var parameter : network.prunable()) {
                var inputs = parameter.shape().dimension(1);
                var elements = parameter.shape().elements();
                var ofInputs = (long) inputs / m * n + Math.min(n, inputs % m);
                weights += elements;
                kept += elements / inputs * ofInputs;
              }
              return (weights - kept) / (double) weights;
            });
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
        "--sparsity is %s, but with --selector %s it follows from the pattern (%s, or less where a"
            + " layer has few inputs); leave --sparsity out.",
        typed.size() == 1 ? number(typed.get(0)) : typed,
        name,
        number(only));
    return only;
  }
}
