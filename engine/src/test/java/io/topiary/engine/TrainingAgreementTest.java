package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.data.Images;
import io.topiary.engine.sparsifier.Sgd;
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
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
  private static final LearningRateSchedule STEPS =
      new StepDecay(0.1, 0, ITERATIONS, List.of(8, 17), 0.1);
  private static final LearningRateSchedule LINE = new LinearDecay(0.1, 4, ITERATIONS);
  private static final LearningRateSchedule LOW_LINE = new LinearDecay(0.02, 4, ITERATIONS);

  @TempDir private Path folder;

  /**
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
      LearningRateSchedule schedule,
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
    return Stream.of(
        new Run("mlp", "mlp", 12, 8, STEPS, 0, 0, false, 2e-6, 3e-5),
        new Run("lenet5", "lenet5", 12, 2, LINE, 5e-4, 0, false, 2e-6, 3e-5),
        new Run("small-cnn", "small-cnn", 12, 3, LINE, 0, 0, false, 2e-6, 3e-5),
        new Run("resnet8", "resnet8", 12, 4, LINE, 5e-4, 0, false, 2e-6, 3e-5),
        new Run("resnet18", "resnet18", 33, 4, LOW_LINE, 5e-4, 0, false, 5e-5, 2e-3),
        new Run("lenet5-masked", "lenet5", 12, 2, LINE, 0, 0.4, false, 2e-6, 3e-5),
        new Run("resnet8-masked", "resnet8", 12, 4, LINE, 5e-4, 0.3, true, 2e-6, 3e-5));
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
    TrainingRun training =
        new TrainingRun(
            images,
            run.schedule,
            BATCH,
            new Sgd(0.9, run.weightDecay),
            run.alive > 0 ? new Keep(GoldenInputs.mask(network, run.alive)) : new None(),
            SEED,
            Computing.DEFAULT);

    // When
    GoldenRecorder recorder = new GoldenRecorder(Set.of(1, 5, ITERATIONS));
    TrainedNetwork trained =
        training.run(
            GoldenInputs.weights(network),
            Optional.of(network).filter(any -> run.carried).map(GoldenInputs::momentum),
            recorder);

    // Then
    double lossOff = recorder.lossOff(golden);
    double tensorOff = recorder.tensorOff(golden);
    LOG.info("{}: losses {}, tensors {}", run, lossOff, tensorOff);
    assertThat(recorder.snapshots()).containsOnlyKeys(1, 5, ITERATIONS);
    assertThat(lossOff).as("losses").isLessThan(run.lossTolerance);
    assertThat(tensorOff).as("tensors").isLessThan(run.tensorTolerance);
    for (Parameter parameter : network.parameters()) {
      String name = ITERATIONS + "/weights/" + parameter.name();
      assertThat(golden.off(name, trained.weights().values(parameter)))
          .as("%s at the end", parameter.name())
          .isLessThan(run.tensorTolerance);
    }
  }
}
