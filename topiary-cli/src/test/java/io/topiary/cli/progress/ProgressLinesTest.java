package io.topiary.cli.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Work;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final SettableClock clock = new SettableClock();
  private final ProgressView view =
      ProgressView.on(new PrintStream(bytes, true, UTF_8), false, false, clock);

  @Test
  void shouldSayWhatAnEpochEndedWith() {
    // When a job reports often within its epochs, its loss falling
    clock.set(0);
    view.show(progress(0, 0, 0));
    clock.set(1);
    view.show(progress(2, 1, 2.3));
    clock.set(5);
    view.show(progress(49, 1, 0.7));
    clock.set(6);
    view.show(progress(51, 2, 0.9));
    clock.set(9);
    view.show(progress(99, 2, 0.4));

    // Then the line of an epoch is that of its last sign of life
    assertThat(bytes.toString(UTF_8).lines())
        .containsExactly(
            "retraining at 90%",
            "retraining at 90%: epoch 1/2, loss 0.7000, 1,250 img/s, 5 s left");

    // When it ends, so does its last epoch
    clock.set(10);
    view.show(progress(100, 2, 0.3));
    view.ended("job");
    view.ended("job");

    // Then
    assertThat(bytes.toString(UTF_8).lines().skip(2))
        .containsExactly("retraining at 90%: epoch 2/2, loss 0.3000, 1,250 img/s");
  }

  @Test
  void shouldTellTheWholeWhenAnotherIsDone() {
    view.overall(0, 165, Optional.empty());
    view.overall(0, 165, Optional.of(Duration.ofHours(2)));
    view.overall(1, 165, Optional.of(Duration.ofMinutes(65)));
    view.overall(164, 165, Optional.of(Duration.ofSeconds(70)));
    view.overall(165, 165, Optional.of(Duration.ZERO));

    assertThat(bytes.toString(UTF_8).lines())
        .containsExactly(
            "0 of 165 networks done",
            "1 of 165 networks done, about 1 h 05 min left",
            "164 of 165 networks done, about 70 s left",
            "165 of 165 networks done");
  }

  @Test
  void shouldSaySomethingAfterSilence() {
    clock.set(0);
    view.show(progress(0, 0, 0));
    clock.set(14);
    view.show(progress(20, 1, 2));
    clock.set(15);
    view.show(progress(25, 1, 1.5));
    clock.set(29);
    view.show(progress(48, 1, 1));

    assertThat(bytes.toString(UTF_8).lines())
        .containsExactly(
            "retraining at 90%",
            "retraining at 90%: epoch 1/2, loss 1.5000, 1,250 img/s, 45 s left");
  }

  @Test
  void shouldSayOnlyThatAnEvaluationStarts() {
    var evaluation =
        JobProgress.newBuilder(progress(0, 0, 0)).setWork(Work.EVALUATION).setEpochs(0).build();

    view.show(evaluation);
    view.show(JobProgress.newBuilder(evaluation).setDone(100).build());
    view.ended("job");

    assertThat(bytes.toString(UTF_8).lines()).containsExactly("testing 90%");
  }

  @Test
  void shouldNotGuessTheTimeLeftOfAJobThatHasNothingToDo() {
    var nothing = JobProgress.newBuilder(progress(0, 1, 0.5)).setTotal(0).build();

    view.show(nothing);
    view.show(JobProgress.newBuilder(nothing).setEpoch(2).build());

    assertThat(bytes.toString(UTF_8).lines())
        .containsExactly(
            "retraining at 90%", "retraining at 90%: epoch 1/2, loss 0.5000, 1,250 img/s");
  }

  @Test
  void shouldSayNothingWhenQuiet() {
    var quiet = ProgressView.on(new PrintStream(bytes, true, UTF_8), true, true, clock);

    quiet.show(progress(0, 1, 0.5));
    quiet.say("a sentence");

    assertThat(bytes.size()).isZero();
  }

  private static JobProgress progress(long done, int epoch, double loss) {
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
        .setLoss(loss)
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
