package io.topiary.cli.progress;

import io.topiary.schemas.JobProgress;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar for every running job, side by side. */
final class ProgressBars implements ProgressView {

  private static final int NAME_WIDTH = 18;

  private final PrintStream out;
  private final Map<String, ProgressBar> bars = new LinkedHashMap<>();

  ProgressBars(PrintStream out) {
    this.out = out;
  }

  @Override
  public void show(JobProgress progress) {
    var bar = bars.computeIfAbsent(progress.getId(), id -> open(progress));
    bar.stepTo(progress.getDone());
    bar.setExtraMessage(" " + JobText.state(progress));
  }

  @Override
  public void ended(String id) {
    var bar = bars.remove(id);
    if (bar != null) {
      bar.close();
    }
  }

  @Override
  public void say(String sentence) {
    out.println(sentence);
  }

  @Override
  public void fail(String sentence) {
    out.println(sentence);
  }

  @Override
  public void close() {
    bars.values().forEach(ProgressBar::close);
    bars.clear();
  }

  private ProgressBar open(JobProgress progress) {
    return new ProgressBarBuilder()
        .setTaskName(String.format("%-" + NAME_WIDTH + "s", JobText.name(progress)))
        .setInitialMax(progress.getTotal())
        .setUpdateIntervalMillis(250)
        .setStyle(ProgressBarStyle.ASCII)
        .build();
  }
}
