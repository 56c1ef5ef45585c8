package io.topiary.cli.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Work;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final SettableClock clock = new SettableClock();
  private final ProgressView view =
      ProgressView.on(new PrintStream(bytes, true, UTF_8), false, false, clock);

  @Test
  void shouldSayOneLinePerEpochAndSomethingAfterSilence() {
    // When a job reports often within its epochs
    clock.set(0);
    view.show(progress(0, 1));
    clock.set(1);
    view.show(progress(25, 1));
    clock.set(5);
    view.show(progress(50, 2));
    clock.set(6);
    view.show(progress(60, 2));
    clock.set(20);
    view.show(progress(75, 2));

    // Then
    assertThat(bytes.toString(UTF_8).lines())
        .containsExactly(
            "retraining at 90%",
            "retraining at 90%: epoch 2/2, loss 0.5000, 1,250 img/s, 5 s left",
            "retraining at 90%: epoch 2/2, loss 0.5000, 1,250 img/s, 6 s left");
  }

  @Test
  void shouldNotGuessTheTimeLeftOfAJobThatHasNothingToDo() {
    var nothing = JobProgress.newBuilder(progress(0, 1)).setTotal(0).build();

    view.show(nothing);
    view.show(JobProgress.newBuilder(nothing).setEpoch(2).build());

    assertThat(bytes.toString(UTF_8).lines())
        .containsExactly(
            "retraining at 90%", "retraining at 90%: epoch 2/2, loss 0.5000, 1,250 img/s");
  }

  @Test
  void shouldSayNothingWhenQuiet() {
    var quiet = ProgressView.on(new PrintStream(bytes, true, UTF_8), true, true, clock);

    quiet.show(progress(0, 1));
    quiet.say("a sentence");

    assertThat(bytes.size()).isZero();
  }

  private static JobProgress progress(long done, int epoch) {
    return JobProgress.newBuilder()
        .setId("job")
        .setWork(Work.TRAINING)
        .setLineage(Lineage.newBuilder().setModel("demo").setGeneration("1").build())
        .setTargetSparsity(0.9)
        .setWorker("worker")
        .setSlots(1)
        .setDone(done)
        .setTotal(100)
        .setEpoch(epoch)
        .setEpochs(2)
        .setLoss(0.5)
        .setImagesPerSecond(1_250)
        .setAt(Instant.EPOCH)
        .build();
  }

  private static final class SettableClock extends Clock {

    private Instant now = Instant.EPOCH;

    void set(long second) {
      now = Instant.ofEpochSecond(second);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
