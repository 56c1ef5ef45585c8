package io.topiary.cli.plan;

import io.topiary.cli.text.Figures;
import io.topiary.sparsity.plan.PlannedRates;
import io.topiary.sparsity.schedule.LearningRateSchedule;
import io.topiary.sparsity.schedule.RetrainingRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The learning rates of a plan as a small plot for a terminal, the dense training first. Each
 * column stands for the iteration in its middle. For ALLR, whose d is known only once a phase has
 * pruned, the rates of d = d2 are drawn solid and those up to d = 1 lighter.
 */
final class RatePlot {

  /** What a plot is drawn with. */
  enum Letters {
    /** For terminals that show Unicode: an eighth of a line is seen. */
    BLOCKS(
        " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588",
        '\u2591',
        '\u2502',
        '\u2514',
        '\u2500',
        '\u2534'),
    /** For those that do not: half a line is. */
    ASCII(" ____####", '.', '|', '+', '-', '+');

    /** From nothing to a full cell. */
    private final String eighths;

    private final char light;
    private final char upright;
    private final char corner;
    private final char level;
    private final char tick;

    Letters(String eighths, char light, char upright, char corner, char level, char tick) {
      this.eighths = eighths;
      this.light = light;
      this.upright = upright;
      this.corner = corner;
      this.level = level;
      this.tick = tick;
    }

    private char full() {
      return eighths.charAt(EIGHTHS);
    }
  }

  private static final String UNIT = " epochs";
  private static final int HEIGHT = 10;
  private static final int EIGHTHS = 8;

  /** A training within the plot. */
  private record Segment(
      String name,
      long start,
      double startEpoch,
      LearningRateSchedule lowest,
      LearningRateSchedule highest) {}

  private final PlannedRates rates;
  private final Letters letters;
  private final List<Segment> segments;
  private final long iterations;
  private final String top;
  private final int width;
  private final int columns;

  private RatePlot(PlannedRates rates, Letters letters, int width) {
    this.rates = rates;
    this.letters = letters;
    this.segments = segments(rates);
    this.iterations = rates.iterationsInAll();
    this.top = Figures.number(rates.dense().etaOne());
    this.width = width;
    this.columns = width - top.length() - 1;
  }

  /**
   * The lines of the plot.
   *
   * @param width the columns of every line, labels included; no line is longer
   * @throws io.topiary.sparsity.InvalidInputException when a phase can have no such rates
   */
  static List<String> lines(PlannedRates rates, Letters letters, int width) {
    var plot = new RatePlot(rates, letters, width);
    var lines = new ArrayList<String>();
    var epochs = plot.epochs();
    lines.add(epochs.endsWith(UNIT) ? "learning rate" : "learning rate by epoch");
    lines.addAll(plot.area());
    lines.add(plot.axis());
    lines.add(epochs);
    lines.add(plot.names());
    lines.addAll(plot.caption());
    return lines.stream().map(String::stripTrailing).toList();
  }

  /** Those of no iterations take no place. */
  private static List<Segment> segments(PlannedRates rates) {
    var segments = new ArrayList<Segment>();
    var dense = rates.dense().schedule();
    segments.add(new Segment("dense", 0, 0, dense, dense));
    long start = dense.iterations();
    var epoch = rates.plan().denseEpochs();
    for (var phase : rates.plan().phases()) {
      if (rates.iterations(phase) > 0) {
        segments.add(
            new Segment(
                Integer.toString(phase.number()),
                start,
                epoch,
                rates.lowest(phase),
                rates.highest(phase)));
      }
      start += rates.iterations(phase);
      epoch += phase.epochs();
    }
    return segments;
  }

  private List<String> area() {
    var rows = new char[HEIGHT][columns];
    for (var column = 0; column < columns; column++) {
      var segment = segments.get(segmentAt(column));
      var i = iteration(column);
      var solid = eighths(segment.lowest().learningRate(i));
      var light = eighths(segment.highest().learningRate(i));
      for (var row = 0; row < HEIGHT; row++) {
        var below = (HEIGHT - 1 - row) * EIGHTHS;
        rows[row][column] = cell(solid - below, light - below);
      }
    }
    var lines = new ArrayList<String>();
    for (var row = 0; row < HEIGHT; row++) {
      lines.add(label(row == 0 ? top : "") + letters.upright + new String(rows[row]));
    }
    return lines;
  }

  /** An eighth is left to see of a rate that is not 0. */
  private int eighths(double rate) {
    if (rate == 0) {
      return 0;
    }
    return (int) Math.max(1, Math.rint(rate / rates.dense().etaOne() * HEIGHT * EIGHTHS));
  }

  private char cell(int solid, int light) {
    if (solid > 0 || light < EIGHTHS / 2) {
      return letters.eighths.charAt(Math.max(0, Math.min(solid, EIGHTHS)));
    }
    return letters.light;
  }

  /** Of several that begin in the same column, the last. */
  private int segmentAt(int column) {
    var last = segments.size() - 1;
    while (column(segments.get(last)) > column) {
      last--;
    }
    return last;
  }

  /** The one in the column's middle, counted within its segment: like phases look alike. */
  private int iteration(int column) {
    var index = segmentAt(column);
    var from = column(segments.get(index));
    var to = index + 1 < segments.size() ? column(segments.get(index + 1)) : columns;
    var iterations = segments.get(index).lowest().iterations();
    return (int) ((2L * (column - from) + 1) * iterations / (2L * (to - from)));
  }

  private String axis() {
    var line = new char[columns];
    Arrays.fill(line, letters.level);
    for (var segment : segments.subList(1, segments.size())) {
      line[column(segment)] = letters.tick;
    }
    return label("0") + letters.corner + new String(line);
  }

  /** Where training begins matters more than where it ends, and that more than the unit. */
  private String epochs() {
    var line = new Line(columns);
    for (var segment : segments) {
      line.write(column(segment), Figures.epochs(segment.startEpoch()));
    }
    var end = Figures.epochs(rates.plan().totalEpochs());
    line.write(columns - end.length() - UNIT.length(), end + UNIT);
    line.write(columns - end.length(), end);
    return label("") + " " + line;
  }

  private String names() {
    var line = new Line(columns);
    for (var segment : segments) {
      line.write(column(segment), segment.name());
    }
    return label("") + " " + line;
  }

  private List<String> caption() {
    if (rates.rule() != RetrainingRule.ALLR) {
      return List.of();
    }
    return wrapped(
        ("ALLR restarts from d times the dense peak: '%s' for d = d2, the least; '%s' up to d = 1."
                + " Each phase knows its d when it has pruned.")
            .formatted(letters.full(), letters.light));
  }

  private List<String> wrapped(String text) {
    var lines = new ArrayList<String>();
    var line = "";
    for (var word : text.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line);
        line = "";
      }
      line += line.isEmpty() ? word : " " + word;
    }
    lines.add(line);
    return lines;
  }

  /** The first column whose iteration is the segment's. */
  private int column(Segment segment) {
    var first = (2 * segment.start() * columns + iterations - 1) / (2 * iterations);
    return (int) Math.min(columns - 1, first);
  }

  private String label(String text) {
    return " ".repeat(top.length() - text.length()) + text;
  }

  /** Words of which none touches another: what comes later gives way. */
  private static final class Line {
    private final StringBuilder text;

    Line(int width) {
      text = new StringBuilder(" ".repeat(width));
    }

    void write(int column, String word) {
      var end = column + word.length();
      if (column >= 0
          && end <= text.length()
          && text.substring(Math.max(0, column - 1), Math.min(text.length(), end + 1)).isBlank()) {
        text.replace(column, end, word);
      }
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
