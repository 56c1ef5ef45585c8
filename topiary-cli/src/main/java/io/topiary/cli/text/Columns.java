package io.topiary.cli.text;

import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows of text as lines whose columns stand below each other. */
public final class Columns {

  private Columns() {}

  /** A line for each row; all rows have as many cells as the first. */
  public static List<String> aligned(List<List<String>> rows) {
    return lines(rows, (cell, width) -> " ".repeat(width - cell.length()) + cell);
  }

  /** The same with columns that begin below each other, and no spaces at the end. */
  public static List<String> leftAligned(List<List<String>> rows) {
    return lines(rows, (cell, width) -> cell + " ".repeat(width - cell.length())).stream()
        .map(String::stripTrailing)
        .toList();
  }

  private static List<String> lines(
      List<List<String>> rows, BiFunction<String, Integer, String> padded) {
    var widths =
        IntStream.range(0, rows.isEmpty() ? 0 : rows.get(0).size())
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    return rows.stream()
        .map(
            row ->
                IntStream.range(0, widths.length)
                    .mapToObj(column -> padded.apply(row.get(column), widths[column]))
                    .collect(Collectors.joining("  ")))
        .toList();
  }
}
