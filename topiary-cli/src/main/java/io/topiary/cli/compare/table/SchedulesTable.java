package io.topiary.cli.compare.table;

import static io.topiary.cli.text.Figures.format;

import io.topiary.cli.compare.result.Comparison;
import io.topiary.cli.compare.result.Run;
import io.topiary.cli.text.Columns;
import io.topiary.cli.text.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Accuracy by schedule, sparsity and epochs of retraining, as table 1 of Zimmer, Spiegel and
 * Pokutta (2023) has it: a block for each sparsity, a row for each schedule, a column for each
 * budget.
 */
public final class SchedulesTable {

  private static final String ALLR = "allr";

  private static final String TESTS =
      "ALLR beats or loses to another with p < 0.05 in a two-sided paired t-test over the seeds;"
          + " the mean difference is in points.";

  private SchedulesTable() {}

  /** The lines of the table, and of what the tests say. */
  public static List<String> lines(Comparison comparison) {
    var lines = new ArrayList<String>();
    lines.add(TableText.title(comparison));
    TableText.dense(comparison.dense(), "Dense networks").ifPresent(lines::add);
    lines.add(Ranking.LEGEND);
    if (comparison.seeds().size() > 1) {
      lines.add(TESTS);
    }
    for (var sparsity : distinct(comparison, Run::sparsity)) {
      lines.add("");
      lines.addAll(block(comparison, sparsity));
    }
    var failures = TableText.failures(comparison);
    if (!failures.isEmpty()) {
      lines.add("");
      lines.addAll(failures);
    }
    return lines;
  }

  private static List<String> block(Comparison comparison, double sparsity) {
    var budgets = distinct(comparison, Run::retrainEpochs);
    var columns = budgets.stream().map(epochs -> column(comparison, sparsity, epochs)).toList();
    var header = new ArrayList<>(List.of(TableText.percent(sparsity) + " sparse"));
    budgets.forEach(epochs -> header.add(epochs(epochs) + Ranking.NONE));
    var rows = new ArrayList<List<String>>();
    rows.add(header);
    for (var name : distinct(comparison, Run::name)) {
      var row = new ArrayList<>(List.of(name.toUpperCase(Locale.ROOT)));
      for (var column : columns) {
        var accuracy = Optional.ofNullable(column.get(name)).flatMap(Group::accuracy);
        row.add(TableText.accuracy(accuracy) + Ranking.marks(column).getOrDefault(name, ""));
      }
      rows.add(row);
    }
    var lines = new ArrayList<>(Columns.aligned(rows));
    for (var i = 0; i < budgets.size(); i++) {
      tests(columns.get(i), epochs(budgets.get(i))).ifPresent(lines::add);
    }
    return lines;
  }

  /** What ALLR does to the others, in a sentence; nothing where no test can be made. */
  private static Optional<String> tests(Map<String, Group> column, String title) {
    var allr = column.get(ALLR);
    if (allr == null) {
      return Optional.empty();
    }
    var beats = new ArrayList<String>();
    var loses = new ArrayList<String>();
    var undecided = new ArrayList<String>();
    column.forEach(
        (name, group) ->
            PairedTest.of(allr.accuracies(), group.accuracies())
                .filter(test -> !name.equals(ALLR))
                .ifPresent(
                    test ->
                        (test.better() ? beats : test.worse() ? loses : undecided)
                            .add(verdict(name, test))));
    var clauses =
        Stream.of(
                clause("beats ", beats),
                clause("loses to ", loses),
                clause("cannot be told from ", undecided))
            .flatMap(Optional::stream)
            .toList();
    return clauses.isEmpty()
        ? Optional.empty()
        : Optional.of("  %s: ALLR %s".formatted(title, String.join("; ", clauses)));
  }

  private static String verdict(String name, PairedTest test) {
    return format(
        "%s (%+.2f, p %s)",
        name.toUpperCase(Locale.ROOT),
        test.difference(),
        test.p() < 0.001 ? "< 0.001" : format("= %.3f", test.p()));
  }

  private static Optional<String> clause(String verb, List<String> names) {
    return names.isEmpty() ? Optional.empty() : Optional.of(verb + String.join(", ", names));
  }

  private static Map<String, Group> column(Comparison comparison, double sparsity, double epochs) {
    return comparison.runs().stream()
        .filter(run -> run.sparsity() == sparsity && run.retrainEpochs() == epochs)
        .collect(
            Collectors.groupingBy(
                Run::name,
                LinkedHashMap::new,
                Collectors.collectingAndThen(Collectors.toList(), Group::new)));
  }

  private static String epochs(double epochs) {
    return Figures.epochs(epochs) + (epochs == 1 ? " epoch" : " epochs");
  }

  private static <T> List<T> distinct(Comparison comparison, Function<Run, T> what) {
    return comparison.runs().stream().map(what).distinct().toList();
  }
}
