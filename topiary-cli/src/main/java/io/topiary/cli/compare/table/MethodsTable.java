package io.topiary.cli.compare.table;

import static io.topiary.cli.text.Figures.format;

import io.topiary.cli.compare.result.Comparison;
import io.topiary.cli.compare.result.Measured;
import io.topiary.cli.compare.result.Run;
import io.topiary.cli.text.Columns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Accuracy, speedups and sparsity by method and sparsity, as table 2 of Zimmer, Spiegel and Pokutta
 * (2023) has it: a block for each sparsity, a row for each method. The last column is not the
 * paper's: what a clock says.
 */
public final class MethodsTable {

  /** Images in a pass of what is shown; other batch sizes are in the files. */
  private static final int BATCH = 64;

  private MethodsTable() {}

  public static List<String> lines(Comparison comparison) {
    var lines = new ArrayList<String>();
    lines.add(TableText.title(comparison));
    TableText.dense(comparison.dense(), "Dense networks that BIMP prunes").ifPresent(lines::add);
    lines.add(Ranking.LEGEND);
    for (var sparsity : comparison.runs().stream().map(Run::sparsity).distinct().toList()) {
      lines.add("");
      lines.addAll(block(comparison, sparsity));
    }
    lines.add("");
    lines.add(
        "img/s: in training, without loading images. Theoretical: multiply-adds, dense over sparse."
            + " Measured: wall time of a pass of %d images, dense over sparse.".formatted(BATCH));
    lines.addAll(TableText.failures(comparison));
    return lines;
  }

  private static List<String> block(Comparison comparison, double sparsity) {
    Map<String, Group> column =
        comparison.runs().stream()
            .filter(run -> run.sparsity() == sparsity)
            .collect(
                Collectors.groupingBy(
                    Run::name,
                    LinkedHashMap::new,
                    Collectors.collectingAndThen(Collectors.toList(), Group::new)));
    var marks = Ranking.marks(column);
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of(
            TableText.percent(sparsity) + " sparse",
            "img/s",
            "accuracy" + Ranking.NONE,
            "theoretical",
            "achieved",
            "measured"));
    column.forEach(
        (name, group) ->
            rows.add(
                List.of(
                    name.toUpperCase(Locale.ROOT),
                    mean(group.spread(Run::imagesPerSecond), "%,.0f"),
                    TableText.accuracy(group.accuracy()) + marks.getOrDefault(name, ""),
                    mean(group.spread(Run::theoreticalSpeedup), "%.2fx"),
                    mean(
                        group.spread(run -> run.achievedSparsity().map(share -> 100 * share)),
                        "%.2f%%"),
                    measured(group))));
    return Columns.aligned(rows);
  }

  private static String mean(Optional<Spread> spread, String pattern) {
    return spread.map(found -> format(pattern, found.mean())).orElse(TableText.NOTHING);
  }

  /** Over the seeds at which a speedup is told. */
  private static String measured(Group group) {
    var told = group.spread(run -> run.measured(BATCH).flatMap(Measured::speedup));
    var withheld = group.runs().stream().anyMatch(run -> run.measured(BATCH).isPresent());
    return told.isEmpty() && withheld ? "withheld" : mean(told, "%.2fx");
  }
}
