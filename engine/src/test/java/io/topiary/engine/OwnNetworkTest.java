package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.data.Images;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Keep;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.NetworkSource;
import io.topiary.sparsity.schedule.LinearDecay;
import io.topiary.sparsity.selection.GlobalMagnitude;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of docs/NETWORKS.md, from its file to a trained and pruned network. */
class OwnNetworkTest {
  private static final String EXAMPLE = "../docs/examples/my-net.json";
  private static final int SEED = 4;

  @TempDir private Path folder;

  private ImageDataSet sample;
  private Network network;

  @BeforeEach
  void open() throws IOException {
    sample = DataSets.open(DataSets.FASHION_MNIST_SAMPLE, List.of());
    network = NetworkSource.of(EXAMPLE, 0).network(sample.image(), sample.classes());
  }

  @Test
  void shouldTrainAndPruneANetworkFromAFile() throws IOException {
    // Given
    List<Double> losses = new ArrayList<>();
    List<Double> retrainingLosses = new ArrayList<>();

    // When: it is trained for a few steps, saved, read, pruned and retrained
    Weights dense = train(Weights.initial(network, SEED), Optional.empty(), 16, losses);
    Path file = folder.resolve("my-net.safetensors");
    dense.write(file, Map.of());
    Mask mask = mask(CheckpointFile.open(file, network), 0.8);
    Weights sparse = train(Weights.read(network, file), Optional.of(mask), 8, retrainingLosses);

    // Then: it has left ln(10), the loss of guessing, behind, and four of five weights are 0
    assertThat(losses.get(15)).as("seed %d", SEED).isLessThan(1.7);
    assertThat(retrainingLosses.get(7)).as("seed %d", SEED).isLessThan(1.7);
    long weights = network.prunable().stream().mapToLong(p -> p.shape().elements()).sum();
    assertThat(network.prunable().stream().mapToLong(p -> zeros(sparse.values(p))).sum())
        .isEqualTo(Math.round(Math.rint(0.8 * weights)));
  }

  @Test
  void shouldAnswerAsThePlainestLoopsDo() {
    // Given
    Weights weights = Weights.initial(network, SEED);
    ReferenceNetwork reference = new ReferenceNetwork(weights);
    Images images = sample.test();

    // When
    Predictions predictions = Evaluator.evaluate(weights, images, done -> {});

    // Then
    float[] pixels = new float[28 * 28];
    for (int i = 0; i < 20; i++) {
      FloatBuffer buffer = FloatBuffer.wrap(pixels);
      images.fill(new int[] {i}, 0, 1, buffer, LongBuffer.allocate(1));
      double[] image = new double[pixels.length];
      for (int j = 0; j < image.length; j++) {
        image[j] = pixels[j];
      }
      double[] scores = reference.scores(image);
      double best = Arrays.stream(scores).max().orElseThrow();
      assertThat(scores[predictions.answers().get(i)]).isGreaterThan(best - 1e-4);
    }
  }

  private Weights train(Weights start, Optional<Mask> mask, int iterations, List<Double> losses) {
    var schedule = new LinearDecay(0.1, 0, iterations);
    return new TrainingRun(
            sample.train(),
            schedule,
            64,
            new Sgd(0.9, 5e-4),
            mask.<Sparsification>map(Keep::new).orElseGet(None::new),
            SEED,
            Computing.DEFAULT)
        .run(start, progress -> losses.add(progress.loss()))
        .weights();
  }

  private Mask mask(CheckpointFile file, double sparsity) {
    var everything = Mask.allAlive(network.prunable());
    return new GlobalMagnitude().select(file.prunable(everything), sparsity).mask();
  }

  private static long zeros(FloatBuffer values) {
    long zeros = 0;
    while (values.hasRemaining()) {
      zeros += values.get() == 0 ? 1 : 0;
    }
    return zeros;
  }
}
