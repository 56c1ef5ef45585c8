package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.data.Images;
import io.topiary.engine.data.RandomDataSet;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchNormRefreshTest {
  private static final Network NETWORK =
      new Network(
          "norm-first",
          Shape.of(1, 4, 4),
          List.of(
              new Node("bn", BatchNormalization.withDefaults(), List.of("input")),
              new Node("flatten", new Flatten(), List.of("bn")),
              new Node("fc", new Gemm(3, true), List.of("flatten"))));

  @TempDir private Path folder;

  private Images train;

  @BeforeEach
  void makeImages() throws IOException {
    ImageDataSet data = RandomDataSet.write(folder, 50, 4, 3, 1);
    train = data.train();
  }

  @Test
  void shouldRefuseABatchOfNoImages() {
    var weights = Weights.initial(NETWORK, 0);

    assertThatThrownBy(() -> BatchNormRefresh.refresh(weights, train, 0, n -> {}))
        .isInstanceOf(EngineInputException.class)
        .hasMessage("Batch size is 0; it must be at least 1.");
  }

  @Test
  void shouldFollowTheStatisticsOfEachBatchAsPyTorchDoes() {
    // Given: 45 images make batches of 20, 20 and 5
    double mean = 0;
    double variance = 1;
    for (int from = 0; from < 45; from += 20) {
      double[] batch = moments(from, Math.min(20, 45 - from));
      mean = 0.9 * mean + 0.1 * batch[0];
      variance = 0.9 * variance + 0.1 * batch[1];
    }

    // When
    Weights refreshed = BatchNormRefresh.refresh(Weights.initial(NETWORK, 0), train, 20, n -> {});

    // Then
    assertThat((double) value(refreshed, "bn.running_mean")).isCloseTo(mean, within(1e-6));
    assertThat((double) value(refreshed, "bn.running_var")).isCloseTo(variance, within(1e-6));
  }

  @Test
  void shouldLeaveEverythingElseAlone() {
    // Given
    Weights weights = Weights.initial(NETWORK, 0);

    // When
    Weights refreshed = BatchNormRefresh.refresh(weights, train, 20, n -> {});

    // Then
    NETWORK.trainable().forEach(p -> assertThat(refreshed.values(p)).isEqualTo(weights.values(p)));
  }

  @Test
  void shouldAlsoFollowThemWhileTraining() {
    // Given: one batch of all images, whose order is then of no account
    TrainingRun run =
        new TrainingRun(
            train,
            new LinearDecay(0.1, 0, 1),
            45,
            new Sgd(0.9, 0),
            new None(),
            0,
            Computing.DEFAULT);

    // When
    Weights trained = run.run(Weights.initial(NETWORK, 0), progress -> true).weights();

    // Then
    double[] batch = moments(0, 45);
    assertThat((double) value(trained, "bn.running_mean")).isCloseTo(0.1 * batch[0], within(1e-6));
    assertThat((double) value(trained, "bn.running_var"))
        .isCloseTo(0.9 + 0.1 * batch[1], within(1e-6));
  }

  /** Mean and unbiased variance of all pixels of some images. */
  private double[] moments(int from, int images) {
    FloatBuffer pixels = FloatBuffer.allocate(images * 16);
    train.fill(IntStream.range(0, 45).toArray(), from, images, pixels, LongBuffer.allocate(images));
    double mean = 0;
    for (float pixel : pixels.array()) {
      mean += pixel / pixels.capacity();
    }
    double variance = 0;
    for (float pixel : pixels.array()) {
      variance += (pixel - mean) * (pixel - mean) / (pixels.capacity() - 1);
    }
    return new double[] {mean, variance};
  }

  private static float value(Weights weights, String name) {
    return NETWORK.parameters().stream()
        .filter(parameter -> parameter.name().equals(name))
        .map(parameter -> weights.values(parameter).get(0))
        .findFirst()
        .orElseThrow();
  }
}
