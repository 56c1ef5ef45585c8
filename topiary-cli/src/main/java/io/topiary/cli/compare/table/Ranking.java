package io.topiary.cli.compare.table;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Marks the best and the second best of a column, by mean, in letters that need no colour. */
final class Ranking {

  static final String BEST = " **";
  static final String SECOND = " * ";
  static final String NONE = "   ";

  static final String LEGEND = "** best, * second best of a column, by mean test accuracy";

  private Ranking() {}

  /** A mark for each row. Rows with the same mean, as it is shown, get the same. */
  static Map<String, String> marks(Map<String, Group> column) {
    var means = new LinkedHashMap<String, Double>();
    column.forEach(
        (row, group) -> group.accuracy().ifPresent(spread -> means.put(row, shown(spread.mean()))));
    List<Double> descending =
        means.values().stream().distinct().sorted(Comparator.reverseOrder()).toList();
    var marks = new LinkedHashMap<String, String>();
    column.forEach(
        (row, group) -> {
          var place = means.containsKey(row) ? descending.indexOf(means.get(row)) : -1;
          marks.put(row, place == 0 ? BEST : place == 1 ? SECOND : NONE);
        });
    return marks;
  }

  /** To a hundredth of a point. */
  private static double shown(double mean) {
    return Math.rint(100 * mean) / 100;
  }
}
