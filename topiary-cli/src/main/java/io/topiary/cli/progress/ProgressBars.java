package io.topiary.cli.progress;

import io.topiary.schemas.JobProgress;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;

/** A bar for every running job at the foot of the terminal; what has ended moves up above them. */
final class ProgressBars implements ProgressView {

  private static final int BAR = 30;
  private static final int NAME = 18;

  /** A running job's newest sign of life, and when it was first heard of. */
  private record Running(JobProgress progress, Instant since) {}

  private final Terminal terminal;
  private final Display display;
  private final Clock clock;
  private final Map<String, Running> jobs = new LinkedHashMap<>();
  private Optional<String> overall = Optional.empty();

  ProgressBars(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.display = new Display(terminal, false);
    this.clock = clock;
  }

  /** Takes the terminal behind standard error; absent when that is none, or cannot be drawn on. */
  static Optional<ProgressView> onStandardError(Clock clock) {
    try {
      return Optional.of(
          new ProgressBars(
              TerminalBuilder.builder()
                  .system(true)
                  .systemOutput(TerminalBuilder.SystemOutput.SysErr)
                  .dumb(false)
                  .build(),
              clock));
    } catch (IOException | IllegalStateException e) {
      return Optional.empty();
    }
  }

  @Override
  public void show(JobProgress progress) {
    jobs.merge(
        progress.getId(),
        new Running(progress, clock.instant()),
        (before, now) -> new Running(now.progress(), before.since()));
    draw();
  }

  @Override
  public void ended(String id) {
    Optional.ofNullable(jobs.remove(id)).ifPresent(job -> say(fitting(line(job)).toString()));
  }

  @Override
  public void overall(int done, int total, Optional<Duration> left) {
    overall = Optional.of(JobText.overall(done, total, left));
    draw();
  }

  @Override
  public void say(String sentence) {
    erase();
    terminal.writer().println(sentence);
    draw();
  }

  @Override
  public void fail(String sentence) {
    say(sentence);
  }

  /** The lines that are still there are erased: their jobs have not ended. */
  @Override
  public void close() {
    jobs.clear();
    overall = Optional.empty();
    erase();
    terminal.flush();
  }

  private void draw() {
    display.resize(Math.max(2, terminal.getHeight()), Math.max(20, terminal.getWidth()));
    var lines =
        Stream.concat(jobs.values().stream().map(this::line), overall.stream())
            .map(this::fitting)
            .toList();
    display.update(lines, -1);
    terminal.flush();
  }

  private void erase() {
    display.update(List.of(), 0);
    display.reset();
  }

  /** The text as far as it fits into a line: one that wraps would not be erased. */
  private AttributedString fitting(String text) {
    return new AttributedString(text).columnSubSequence(0, Math.max(20, terminal.getWidth()) - 1);
  }

  private String line(Running job) {
    var progress = job.progress();
    var share = progress.getTotal() == 0 ? 0 : (double) progress.getDone() / progress.getTotal();
    var filled = (int) Math.round(share * BAR);
    var left =
        JobText.left(progress, Duration.between(job.since(), clock.instant()))
            .map(time -> ", %d s left".formatted(time.toSeconds()))
            .orElse("");
    return "%s [%s%s] %3.0f%%  %s%s"
        .formatted(
            padded(JobText.name(progress)),
            "=".repeat(filled),
            " ".repeat(BAR - filled),
            100 * share,
            JobText.state(progress),
            progress.getDone() == progress.getTotal() ? "" : left);
  }

  /** As wide as the longest name, so that bars begin below each other. */
  private String padded(String name) {
    var longest =
        jobs.values().stream().mapToInt(job -> JobText.name(job.progress()).length()).max();
    return name + " ".repeat(Math.max(0, Math.max(NAME, longest.orElse(0)) - name.length()));
  }
}
