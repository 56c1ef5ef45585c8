package io.topiary.cli.text;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows of text as lines whose columns end below each other. */
public final class Columns {

  private Columns() {}

  /** A line for each row; all rows have as many cells as the first. */
  public static List<String> aligned(List<List<String>> rows) {
    var widths =
        IntStream.range(0, rows.isEmpty() ? 0 : rows.get(0).size())
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    return rows.stream()
        .map(
            row ->
                IntStream.range(0, widths.length)
                    .mapToObj(
                        column ->
                            " ".repeat(widths[column] - row.get(column).length()) + row.get(column))
                    .collect(Collectors.joining("  ")))
        .toList();
  }
}
