package io.topiary.cli.compare.table;

import static io.topiary.cli.text.Figures.format;

import io.topiary.cli.compare.result.Comparison;
import io.topiary.cli.compare.result.DenseResult;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Phrases that both tables have. */
final class TableText {

  /** Where there is nothing to show. */
  static final String NOTHING = "-";

  private TableText() {}

  /** For example {@code 91.24 ±0.11}; without a spread where there is one seed. */
  static String accuracy(Optional<Spread> spread) {
    return spread
        .map(
            found ->
                format("%.2f", found.mean())
                    + found.deviation().map(deviation -> format(" ±%.2f", deviation)).orElse(""))
        .orElse(NOTHING);
  }

  /** For example {@code 90%} or {@code 99.5%}. */
  static String percent(double share) {
    return BigDecimal.valueOf(share).movePointRight(2).stripTrailingZeros().toPlainString() + "%";
  }

  /** What the figures are. */
  static String title(Comparison comparison) {
    var seeds = comparison.seeds();
    return seeds.size() == 1
        ? "Test accuracy in %% with seed %d; of one seed there is no spread, and no test."
            .formatted(seeds.get(0))
        : "Test accuracy in %%, mean ± sample standard deviation over the seeds %s."
            .formatted(seeds.stream().map(String::valueOf).collect(Collectors.joining(", ")));
  }

  /** How good the dense networks are; nothing where there are none. */
  static Optional<String> dense(List<DenseResult> dense, String what) {
    return Spread.of(dense.stream().map(result -> 100 * result.testAccuracy()).toList())
        .map(
            spread ->
                what
                    + ": "
                    + accuracy(Optional.of(spread))
                    + dense.stream()
                        .map(result -> format("%.2f", 100 * result.testAccuracy()))
                        .collect(Collectors.joining(", ", " (", ")")));
  }

  /** What failed, one line for each reason. */
  static List<String> failures(Comparison comparison) {
    Map<String, List<String>> byReason =
        comparison.runs().stream()
            .filter(run -> run.failure().isPresent())
            .collect(
                Collectors.groupingBy(
                    run -> run.failure().orElseThrow(),
                    TreeMap::new,
                    Collectors.mapping(
                        run ->
                            "%s at %s, seed %d"
                                .formatted(run.name(), percent(run.sparsity()), run.seed()),
                        Collectors.toList())));
    return byReason.entrySet().stream()
        .map(
            entry ->
                "Failed: %s: %s".formatted(String.join("; ", entry.getValue()), entry.getKey()))
        .toList();
  }
}
