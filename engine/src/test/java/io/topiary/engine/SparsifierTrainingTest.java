package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.data.FewFashionImages;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.sparsifier.HardPrune;
import io.topiary.engine.sparsifier.Layout;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Dnw;
import io.topiary.engine.sparsifier.Sparsification.Dpf;
import io.topiary.engine.sparsifier.Sparsification.Dst;
import io.topiary.engine.sparsifier.Sparsification.Gmp;
import io.topiary.engine.sparsifier.Sparsification.Gsm;
import io.topiary.engine.sparsifier.Sparsification.Lc;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.engine.sparsifier.Sparsification.Str;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ten epochs of 15 iterations on 540 images of Fashion-MNIST, from scratch to 80% zeros. */
class SparsifierTrainingTest {
  private static final long SEED = 3;
  private static final int BATCH = 36;
  private static final int ITERATIONS = 150;
  private static final double SPARSITY = 0.8;

  @TempDir private Path folder;

  private ImageDataSet data;
  private Network network;

  static Stream<Arguments> methods() {
    return Stream.of(
        Arguments.of(new Gmp(SPARSITY, 1, false), new Sgd(0.9, 1e-3), 0.1),
        Arguments.of(new Gmp(SPARSITY, 1, true), new Sgd(0.9, 1e-3), 0.1),
        Arguments.of(new Gsm(SPARSITY), new Sgd(0.98, 1e-2), 0.02),
        Arguments.of(new Dpf(SPARSITY, 1), new Sgd(0.9, 1e-3), 0.1),
        Arguments.of(new Dnw(SPARSITY), new Sgd(0.9, 1e-3), 0.1),
        Arguments.of(new Lc(SPARSITY), new Sgd(0.9, 2e-2), 0.1),
        Arguments.of(new Str(SPARSITY, -4), new Sgd(0.9, 1e-2), 0.1),
        Arguments.of(new Dst(SPARSITY, 1e-2), new Sgd(0.9, 1e-3), 0.1));
  }

  @BeforeEach
  void readImages() throws IOException {
    data = FewFashionImages.write(folder, 600, 400);
    network = BuiltInNetworks.network("small-cnn", 8, data.image(), data.classes());
  }

  @ParameterizedTest
  @MethodSource("methods")
  void shouldLearnAndBeAsSparseAsItPromised(Sparsification method, Sgd sgd, double rate) {
    // When
    Finished finished = train(method, sgd, rate);

    // Then: 0.1 would be chance
    TrainedNetwork trained = finished.trained();
    assertThat(accuracy(trained.weights())).isGreaterThan(0.45);
    long zeros = zeros(trained.weights());
    long target = Math.round(Math.rint(SPARSITY * Layout.of(network).weights()));
    if (method instanceof Dst) {
      assertThat(zeros).isGreaterThanOrEqualTo(target);
    } else {
      assertThat(zeros).isEqualTo(target);
    }
    assertThat(trained.sparsity()).isEqualTo((double) zeros / Layout.of(network).weights());
    assertThat(trained.mask().orElseThrow().sparsity()).isEqualTo(trained.sparsity());
    if (method instanceof Gmp || method instanceof Dpf) {
      assertThat(trained.prunedInTheEnd()).isZero();
    }
    if (method instanceof Dnw) {
      assertThat(trained.prunedInTheEnd()).isLessThanOrEqualTo(1);
    }
    // BatchNorm's statistics are those of training, unless weights went after it.
    boolean same = statistics(trained.weights()).equals(statistics(finished.last().weights()));
    assertThat(same).isEqualTo(trained.prunedInTheEnd() == 0);
  }

  /** Accuracies of so small a network are chaotic; how much of it is taken away is not. */
  @Test
  void shouldPrepareForTheLastPruning() {
    // Given: what pruning takes from a network that was trained with no thought of it
    double dense = taken(train(new None(), new Sgd(0.9, 1e-3), 0.1));

    // When
    Finished gsm = train(new Gsm(SPARSITY), new Sgd(0.98, 1e-2), 0.02);
    Finished lc = train(new Lc(SPARSITY), new Sgd(0.9, 2e-2), 0.1);

    // Then
    assertThat(gsm.trained().prunedInTheEnd()).isPositive();
    assertThat(taken(gsm)).isLessThan(0.75 * dense);
    assertThat(lc.trained().prunedInTheEnd()).isPositive();
    assertThat(taken(lc)).isLessThan(0.75 * dense);
  }

  /**
   * A training that is over.
   *
   * @param last the run after its last iteration, before the last pruning
   */
  private record Finished(TrainedNetwork trained, Snapshot last) {}

  private Finished train(Sparsification method, Sgd sgd, double rate) {
    List<Snapshot> last = new ArrayList<>();
    TrainedNetwork trained =
        new TrainingRun(
                data.train(),
                new LinearDecay(rate, 0, ITERATIONS),
                BATCH,
                sgd,
                method,
                SEED,
                Computing.DEFAULT)
            .run(
                Weights.initial(network, SEED),
                new TrainingListener() {
                  @Override
                  public boolean onIteration(TrainingProgress progress) {
                    return true;
                  }

                  @Override
                  public boolean onIteration(
                      TrainingProgress progress, Supplier<Snapshot> snapshot) {
                    if (progress.iteration() == ITERATIONS) {
                      last.add(snapshot.get());
                    }
                    return true;
                  }
                });
    return new Finished(trained, last.get(0));
  }

  /** Share of the prunable weights' squared norm that the smallest of them, s N, have. */
  private double taken(Finished finished) {
    Layout layout = Layout.of(network);
    float[] before = finished.last().rows(layout).weights();
    float[] after = before.clone();
    HardPrune.prune(after, layout, SPARSITY);
    double share = 1 - squaredNorm(after, layout) / squaredNorm(before, layout);
    return share;
  }

  private static double squaredNorm(float[] row, Layout layout) {
    return IntStream.range(0, layout.weights()).mapToDouble(i -> (double) row[i] * row[i]).sum();
  }

  private double accuracy(Weights weights) {
    return Evaluator.evaluate(weights, data.test(), done -> {}).accuracy();
  }

  private List<FloatBuffer> statistics(Weights weights) {
    return network.parameters().stream()
        .filter(parameter -> !parameter.role().trainable())
        .map(weights::values)
        .toList();
  }

  private long zeros(Weights weights) {
    long zeros = 0;
    for (Parameter parameter : network.prunable()) {
      FloatBuffer values = weights.values(parameter);
      while (values.hasRemaining()) {
        if (values.get() == 0) {
          zeros++;
        }
      }
    }
    return zeros;
  }
}
