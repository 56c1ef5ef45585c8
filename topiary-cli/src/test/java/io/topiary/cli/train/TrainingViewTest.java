package io.topiary.cli.train;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.cli.console.StopSignal;
import io.topiary.cli.options.DataOptions;
import io.topiary.cli.options.Subject;
import io.topiary.cli.progress.ProgressView;
import io.topiary.engine.Computing;
import io.topiary.engine.TrainingProgress;
import io.topiary.engine.TrainingRun;
import io.topiary.engine.Weights;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.sparsity.network.NetworkSource.BuiltIn;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingViewTest {

  /** So that no time passes between iterations, as with a very small network. */
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  /** 5,400 images in batches of 2,000. */
  private static final int PER_EPOCH = 3;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Test
  void shouldShowTheMeanOfEveryCompleteEpochHoweverShort() {
    // Given
    var progress = ProgressView.on(new PrintStream(bytes, true, UTF_8), false, false, CLOCK);
    var view = new TrainingView(progress, training(7), new StopSignal(), CLOCK);

    // When two epochs and a third of one pass at once
    for (var iteration = 1; iteration <= 7; iteration++) {
      assertThat(view.onIteration(progress(iteration))).isTrue();
    }
    view.ended();

    // Then every epoch has its line, with the mean after its last iteration
    assertThat(bytes.toString(UTF_8).lines())
        .containsExactly(
            "training dense",
            "training dense: epoch 1/3, mean loss 3.0000, 1,000 img/s, 0 s left",
            "training dense: epoch 2/3, mean loss 6.0000, 1,000 img/s, 0 s left",
            "training dense: epoch 3/3, mean loss 7.0000, 1,000 img/s");
  }

  private static TrainingProgress progress(int iteration) {
    return new TrainingProgress(
        (iteration - 1) / PER_EPOCH + 1, iteration, 7, 0.1, 10 + iteration, iteration, 1000);
  }

  private static Training training(int iterations) {
    var subject = Subject.open(new BuiltIn("mlp", 4), new DataOptions());
    var run =
        new TrainingRun(
            subject.data().train(),
            new LinearDecay(0.1, 0, iterations),
            2000,
            new Sgd(0.9, 0),
            new None(),
            1,
            Computing.DEFAULT);
    return new Training(subject, run, Weights.initial(subject.network(), 1), Optional.empty());
  }
}
