package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.topiary.engine.data.Images;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Keep;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.schedule.LearningRateSchedule;
import io.topiary.sparsity.schedule.LinearDecay;
import io.topiary.sparsity.schedule.StepDecay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds whole runs, step for step, against those of PyTorch's own optimiser: see training.py. With
 * {@code -Dtopiary.test.log=INFO} it says how far off they are.
 */
class TrainingAgreementTest {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingAgreementTest.class);
  private static final int BATCH = 8;
  private static final int SEED = 9;
  private static final int ITERATIONS = 24;

  @TempDir private Path folder;

  /**
   * @param schedule the schedule cut off after so many iterations
   * @param alive share of the weights that the mask leaves; 0 for none
   * @param lossTolerance of the loss of every iteration
   * @param tensorTolerance of an element of weights, statistics and momentum, relative to the root
   *     mean square of its tensor
   */
  record Run(
      String name,
      String network,
      int side,
      int width,
      IntFunction<LearningRateSchedule> schedule,
      double weightDecay,
      double alive,
      boolean carried,
      double lossTolerance,
      double tensorTolerance) {

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Run> runs() {
    IntFunction<LearningRateSchedule> line = n -> warmedUp(0.1, n);
    IntFunction<LearningRateSchedule> low = n -> warmedUp(0.02, n);
    return Stream.of(
        new Run("mlp", "mlp", 12, 8, TrainingAgreementTest::stepped, 0, 0, false, 2e-6, 3e-5),
        new Run("lenet5", "lenet5", 12, 2, line, 5e-4, 0, false, 2e-6, 3e-5),
        new Run("small-cnn", "small-cnn", 12, 3, line, 0, 0, false, 2e-6, 3e-5),
        new Run("resnet8", "resnet8", 12, 4, line, 5e-4, 0, false, 2e-6, 3e-5),
        new Run("resnet18", "resnet18", 33, 4, low, 5e-4, 0, false, 5e-5, 2e-3),
        new Run("lenet5-masked", "lenet5", 12, 2, line, 0, 0.4, false, 2e-6, 3e-5),
        new Run("resnet8-masked", "resnet8", 12, 4, line, 5e-4, 0.3, true, 2e-6, 3e-5));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void shouldFollowPyTorchStepForStep(Run run) throws IOException {
    // Given
    Golden golden = Golden.read("training-" + run.name + ".txt");
    Images images = GoldenInputs.images(folder, run.side);
    Network network =
        BuiltInNetworks.network(
            run.network, run.width, Shape.of(1, run.side, run.side), GoldenInputs.CLASSES);

    // When, Then: before it is over it is a shorter run, whose rates begin alike
    for (int iterations : new int[] {1, 5, ITERATIONS}) {
      List<Double> losses = new ArrayList<>();
      TrainedNetwork trained = train(run, network, images, iterations, losses);
      double lossOff = 0;
      for (int i = 0; i < iterations; i++) {
        lossOff = Math.max(lossOff, Math.abs(losses.get(i) - golden.row("loss")[i]));
      }
      double tensorOff = tensorsOff(golden, iterations, trained);
      LOG.info("{} after {}: loss {}, tensors {}", run, iterations, lossOff, tensorOff);
      assertThat(lossOff).as("loss").isLessThan(run.lossTolerance);
      assertThat(tensorOff)
          .as("tensors after %s iterations", iterations)
          .isLessThan(run.tensorTolerance);
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void shouldHaveTheRatesOfTheSchedule(Run run) {
    LearningRateSchedule whole = run.schedule.apply(ITERATIONS);
    for (int iterations : new int[] {1, 5}) {
      LearningRateSchedule part = run.schedule.apply(iterations);
      for (int i = 0; i < iterations; i++) {
        assertThat(part.learningRate(i)).isCloseTo(whole.learningRate(i), within(1e-15));
      }
    }
  }

  private static TrainedNetwork train(
      Run run, Network network, Images images, int iterations, List<Double> losses) {
    return new TrainingRun(
            images,
            run.schedule.apply(iterations),
            BATCH,
            new Sgd(0.9, run.weightDecay),
            Optional.of(run.alive)
                .filter(share -> share > 0)
                .<Sparsification>map(share -> new Keep(GoldenInputs.mask(network, share)))
                .orElseGet(None::new),
            SEED,
            Computing.DEFAULT)
        .run(
            GoldenInputs.weights(network),
            Optional.of(network).filter(any -> run.carried).map(GoldenInputs::momentum),
            progress -> losses.add(progress.loss()));
  }

  private static double tensorsOff(Golden golden, int iterations, TrainedNetwork trained) {
    Network network = trained.weights().network();
    double off = 0;
    for (Parameter parameter : network.parameters()) {
      String name = iterations + "/weights/" + parameter.name();
      off = Math.max(off, golden.off(name, trained.weights().values(parameter)));
    }
    for (Parameter parameter : network.trainable()) {
      String name = iterations + "/momentum/" + parameter.name();
      off = Math.max(off, golden.off(name, trained.momentum().values(parameter)));
    }
    return off;
  }

  private static LearningRateSchedule stepped(int iterations) {
    List<Integer> milestones = Stream.of(8, 17).filter(m -> m < iterations).toList();
    return new StepDecay(0.1, 0, iterations, milestones, 0.1);
  }

  /** After a single iteration the warm-up is that iteration. */
  private static LearningRateSchedule warmedUp(double peak, int iterations) {
    return new LinearDecay(peak, Math.min(4, iterations), iterations);
  }
}
