package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.data.Images;
import io.topiary.engine.sparsifier.Layout;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Dnw;
import io.topiary.engine.sparsifier.Sparsification.Dpf;
import io.topiary.engine.sparsifier.Sparsification.Dst;
import io.topiary.engine.sparsifier.Sparsification.Gmp;
import io.topiary.engine.sparsifier.Sparsification.Gsm;
import io.topiary.engine.sparsifier.Sparsification.Lc;
import io.topiary.engine.sparsifier.Sparsification.Length;
import io.topiary.engine.sparsifier.Sparsification.Str;
import io.topiary.engine.sparsifier.Sparsifier;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the methods that prune while they train, step for step, against the same formulas worked
 * out with PyTorch's autograd and optimiser: see methods.py. With {@code -Dtopiary.test.log=INFO}
 * it says how far off they are.
 */
class MethodAgreementTest {
  private static final Logger LOG = LoggerFactory.getLogger(MethodAgreementTest.class);
  private static final int SIDE = 12;
  private static final int WIDTH = 3;
  private static final int BATCH = 16;
  private static final int PER_EPOCH = 5;
  private static final int SEED = 9;
  private static final int ITERATIONS = 25;
  private static final double LOSS_TOLERANCE = 5e-6;

  @TempDir private Path folder;

  /**
   * @param tolerance of an element of weights, statistics, momentum and thresholds, relative to the
   *     root mean square of its tensor
   */
  record Run(String name, Sparsification sparsification, double peak, Sgd sgd, double tolerance) {

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Run> runs() {
    Sgd usual = new Sgd(0.9, 5e-4);
    Sgd strong = new Sgd(0.9, 0.02);
    Sgd medium = new Sgd(0.9, 5e-3);
    return Stream.of(
        new Run("gmp", new Gmp(0.75, 1, false), 0.1, usual, 1e-4),
        new Run("gmp-recovering", new Gmp(0.75, 1, true), 0.1, usual, 1e-4),
        new Run("dpf", new Dpf(0.75, 1), 0.1, usual, 1e-4),
        new Run("dpf-two-epochs", new Dpf(0.75, 2), 0.1, new Sgd(0.9, 0), 1e-4),
        new Run("gsm", new Gsm(0.75), 0.02, new Sgd(0.98, 5e-4), 1e-4),
        new Run("dnw", new Dnw(0.75), 0.1, usual, 1e-4),
        new Run("lc", new Lc(0.75), 0.1, strong, 1e-4),
        new Run("str", new Str(0.75, -2), 0.1, medium, 1e-4),
        new Run("str-beyond", new Str(0.5, -1), 0.1, medium, 1e-3),
        new Run("dst", new Dst(0.75, 5e-3), 0.1, usual, 1e-4),
        new Run("dst-reset", new Dst(0.5, 0.2), 0.1, new Sgd(0.9, 0), 1e-3));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void shouldFollowItsFormulasStepForStep(Run run) throws IOException {
    // Given
    Golden golden = Golden.read("method-" + run.name + ".txt");
    Images images = GoldenInputs.images(folder, SIDE);
    Network network =
        BuiltInNetworks.network("small-cnn", WIDTH, Shape.of(1, SIDE, SIDE), GoldenInputs.CLASSES);
    TrainingRun training =
        new TrainingRun(
            images,
            new LinearDecay(run.peak, 4, ITERATIONS),
            BATCH,
            run.sgd,
            run.sparsification,
            SEED,
            Computing.DEFAULT);

    // When
    GoldenRecorder recorder = new GoldenRecorder(Set.of(1, 5, 17, ITERATIONS));
    TrainedNetwork trained = training.run(GoldenInputs.weights(network), recorder);

    // Then
    double lossOff = recorder.lossOff(golden);
    double tensorOff = Math.max(recorder.tensorOff(golden), finalOff(golden, trained));
    for (Snapshot snapshot : recorder.snapshots().values()) {
      tensorOff = Math.max(tensorOff, methodOff(golden, run, snapshot));
    }
    LOG.info("{}: losses {}, tensors {}", run, lossOff, tensorOff);
    assertThat(recorder.snapshots()).hasSize(4);
    assertThat(lossOff).as("losses").isLessThan(LOSS_TOLERANCE);
    assertThat(tensorOff).as("tensors").isLessThan(run.tolerance);
  }

  /** What the network computes with next, and thresholds where there are some. */
  private static double methodOff(Golden golden, Run run, Snapshot snapshot) {
    Layout layout = Layout.of(snapshot.network());
    Sparsifier sparsifier =
        run.sparsification.begin(layout, new Length(ITERATIONS, PER_EPOCH), run.sgd.weightDecay());
    sparsifier.restore(snapshot.method());
    float[] effective = sparsifier.effective(snapshot.rows(layout));
    String prefix = snapshot.iteration() + "/";
    long zeros = IntStream.range(0, layout.weights()).filter(i -> effective[i] == 0).count();
    assertThat(zeros).as(prefix + "zeros").isEqualTo((long) golden.row(prefix + "zeros")[1]);

    FloatBuffer prunable = FloatBuffer.wrap(effective, 0, layout.weights()).slice();
    double off = golden.off(prefix + "effective", prunable);
    assertThat(snapshot.method().containsKey("thresholds"))
        .isEqualTo(golden.names().contains(prefix + "thresholds"));
    if (snapshot.method().containsKey("thresholds")) {
      off = Math.max(off, stateOff(golden, snapshot, "thresholds", "thresholds"));
      off = Math.max(off, stateOff(golden, snapshot, "threshold-momentum", "thresholds.momentum"));
    }
    return off;
  }

  private static double stateOff(Golden golden, Snapshot snapshot, String name, String state) {
    return golden.off(
        snapshot.iteration() + "/" + name, FloatBuffer.wrap(snapshot.method().get(state)));
  }

  /** After the last pruning, and the refresh of the statistics that follows one. */
  private static double finalOff(Golden golden, TrainedNetwork trained) {
    Network network = trained.weights().network();
    double zeros = golden.row("final/zeros")[1];
    double left = zeros - golden.row(ITERATIONS + "/zeros")[1];
    assertThat((double) trained.prunedInTheEnd()).isEqualTo(left);
    assertThat(trained.sparsity()).isEqualTo(zeros / Layout.of(network).weights());
    assertThat(trained.mask().orElseThrow().alive())
        .isEqualTo(Layout.of(network).weights() - (long) zeros);
    double off = 0;
    for (Parameter parameter : network.parameters()) {
      String name = "final/" + parameter.name();
      off = Math.max(off, golden.off(name, trained.weights().values(parameter)));
    }
    return off;
  }
}
