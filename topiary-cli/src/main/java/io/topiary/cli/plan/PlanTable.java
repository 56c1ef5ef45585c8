package io.topiary.cli.plan;

import io.topiary.cli.text.Columns;
import io.topiary.cli.text.Figures;
import io.topiary.sparsity.plan.Phase;
import io.topiary.sparsity.plan.PlannedRates;
import io.topiary.sparsity.schedule.RetrainingRule;
import java.util.ArrayList;
import java.util.List;

/**
 * A plan as a table of text: what each phase prunes, how long it retrains, and the highest rate
 * that it retrains with. For ALLR that is a range, from d = d2 to d = 1.
 */
final class PlanTable {

  private static final String NOTHING = "-";

  private PlanTable() {}

  /**
   * The lines of the table, in ASCII: a head, the dense training, one for each phase, the total.
   *
   * @throws io.topiary.sparsity.InvalidInputException when a phase can have no such rates
   */
  static List<String> lines(PlannedRates rates) {
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of("phase", "sparsity", "pruned of alive", "epochs", "iterations", "d2", "peak rate"));
    rows.add(dense(rates));
    rates.plan().phases().forEach(phase -> rows.add(row(phase, rates)));
    rows.add(total(rates));
    var columns = columns(rates.rule());
    return Columns.aligned(
        rows.stream().map(row -> columns.stream().map(row::get).toList()).toList());
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
        count(rates.dense().length()),
        NOTHING,
        Figures.number(rates.dense().etaOne()));
  }

  private static List<String> row(Phase phase, PlannedRates rates) {
    return List.of(
        Integer.toString(phase.number()),
        Figures.percent(phase.sparsity()),
        Figures.percent(phase.fraction()),
        Figures.epochs(phase.epochs()),
        count(rates.iterations(phase)),
        rates.iterations(phase) == 0 ? NOTHING : Figures.number(phase.d2()),
        peak(phase, rates));
  }

  private static List<String> total(PlannedRates rates) {
    return List.of(
        "total",
        Figures.percent(rates.plan().finalSparsity()),
        NOTHING,
        Figures.epochs(rates.plan().totalEpochs()),
        count(rates.iterationsInAll()),
        NOTHING,
        NOTHING);
  }

  private static String count(long iterations) {
    return Figures.format("%,d", iterations);
  }

  private static String peak(Phase phase, PlannedRates rates) {
    if (rates.iterations(phase) == 0) {
      return NOTHING;
    }
    var lowest = Figures.number(rates.lowest(phase).peak());
    var highest = Figures.number(rates.highest(phase).peak());
    return lowest.equals(highest) ? lowest : lowest + " to " + highest;
  }
}
