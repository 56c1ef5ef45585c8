package io.topiary.sparsity.plan;

import io.topiary.sparsity.schedule.RetrainingRule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A plan as a table of text: what each phase prunes, how long it retrains, and the highest rate
 * that it retrains with. For ALLR that is a range, from d = d2 to d = 1.
 */
public final class PlanTable {

  private static final String NOTHING = "-";

  private PlanTable() {}

  /**
   * The lines of the table, in ASCII: a head, the dense training, one for each phase, the total.
   *
   * @throws io.topiary.sparsity.InvalidInputException when a phase can have no such rates
   */
  public static List<String> lines(PlannedRates rates) {
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of("phase", "sparsity", "pruned of alive", "epochs", "iterations", "d2", "peak rate"));
    rows.add(dense(rates));
    rates.plan().phases().forEach(phase -> rows.add(row(phase, rates)));
    rows.add(total(rates));
    var columns = columns(rates.rule());
    var widths = columns.stream().map(column -> width(rows, column)).toList();
    return rows.stream()
        .map(
            row ->
                IntStream.range(0, columns.size())
                    .mapToObj(i -> right(row.get(columns.get(i)), widths.get(i)))
                    .collect(Collectors.joining("  ")))
        .toList();
  }

  /** All but d2, which is of account for ALLR alone. */
  private static List<Integer> columns(RetrainingRule rule) {
    return rule == RetrainingRule.ALLR ? List.of(0, 1, 2, 3, 4, 5, 6) : List.of(0, 1, 2, 3, 4, 6);
  }

  private static List<String> dense(PlannedRates rates) {
    return List.of(
        "dense",
        Figures.percent(0),
        NOTHING,
        Figures.epochs(rates.plan().denseEpochs()),
        Integer.toString(rates.dense().length()),
        NOTHING,
        Figures.number(rates.dense().etaOne()));
  }

  private static List<String> row(Phase phase, PlannedRates rates) {
    return List.of(
        Integer.toString(phase.number()),
        Figures.percent(phase.sparsity()),
        Figures.percent(phase.fraction()),
        Figures.epochs(phase.epochs()),
        Integer.toString(rates.iterations(phase)),
        Figures.number(phase.d2()),
        peak(phase, rates));
  }

  private static List<String> total(PlannedRates rates) {
    return List.of(
        "total",
        Figures.percent(rates.plan().finalSparsity()),
        NOTHING,
        Figures.epochs(rates.plan().totalEpochs()),
        Long.toString(rates.iterationsInAll()),
        NOTHING,
        NOTHING);
  }

  private static String peak(Phase phase, PlannedRates rates) {
    if (rates.iterations(phase) == 0) {
      return NOTHING;
    }
    var lowest = Figures.number(rates.lowest(phase).peak());
    var highest = Figures.number(rates.highest(phase).peak());
    return lowest.equals(highest) ? lowest : lowest + " to " + highest;
  }

  private static int width(List<List<String>> rows, int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }

  private static String right(String text, int width) {
    return " ".repeat(width - text.length()) + text;
  }
}
