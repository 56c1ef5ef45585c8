package io.topiary.cli.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Work;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jline.builtins.ScreenTerminal;
import org.jline.terminal.Size;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bars on a terminal emulator, read off its screen. */
class ProgressBarsTest {

  private static final int COLUMNS = 100;
  private static final int ROWS = 8;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private ProgressBars bars;

  @BeforeEach
  void openTerminal() throws IOException {
    var terminal = new LineDisciplineTerminal("test", "xterm-256color", bytes, UTF_8);
    terminal.setSize(new Size(COLUMNS, ROWS));
    bars = new ProgressBars(terminal, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
  }

  @Test
  void shouldKeepABarForEveryRunningJobAtTheFoot() {
    // When two jobs run, and one of them ends after it was redrawn
    bars.show(progress("a", 0.7, 50));
    bars.show(progress("b", 0.9, 25));
    bars.show(progress("a", 0.7, 100));
    bars.ended("a");
    bars.show(progress("b", 0.9, 75));

    // Then the screen has one line for each, the finished one above
    assertThat(screen())
        .containsExactly(
            "retraining at 70%  [==============================] 100%  epoch 1/2, loss 0.5000, 1,250 img/s",
            "retraining at 90%  [=======================       ]  75%  epoch 1/2, loss 0.5000, 1,250"
                + " img/s, 0 s");
  }

  @Test
  void shouldSayASentenceAboveTheBars() {
    bars.show(progress("a", 0.7, 50));
    bars.say("A sentence.");

    assertThat(screen()).first().isEqualTo("A sentence.");
    assertThat(screen()).last().asString().startsWith("retraining at 70%  [===============  ");
  }

  @Test
  void shouldKeepTheWholeBelowTheBars() {
    bars.overall(1, 2, Optional.of(Duration.ofMinutes(5)));
    bars.show(progress("a", 0.7, 50));

    assertThat(screen()).hasSize(2);
    assertThat(screen()).last().isEqualTo("1 of 2 networks done, about 5 min left");
  }

  @Test
  void shouldLeaveNoBarBehind() {
    bars.show(progress("a", 0.7, 50));
    bars.close();

    assertThat(screen()).isEmpty();
  }

  private List<String> screen() {
    var screen = new ScreenTerminal(COLUMNS, ROWS);
    screen.write(bytes.toString(UTF_8).replace("\n", "\r\n"));
    return screen
        .toString()
        .lines()
        .map(String::stripTrailing)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private static JobProgress progress(String id, double sparsity, long done) {
    return JobProgress.newBuilder()
        .setId(id)
        .setWork(Work.TRAINING)
        .setLineage(Lineage.newBuilder().setModel("demo").setGeneration("1").build())
        .setTargetSparsity(sparsity)
        .setWorker("worker")
        .setSlots(1)
        .setDone(done)
        .setTotal(100)
        .setEpoch(1)
        .setEpochs(2)
        .setLoss(0.5)
        .setImagesPerSecond(1_250)
        .setAt(Instant.EPOCH)
        .build();
  }
}
