package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.data.RandomDataSet;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that share a process must not notice each other, and must leave nothing behind. */
class SideBySideTest {
  @TempDir private Path folder;

  private ImageDataSet data;
  private Network network;

  @BeforeEach
  void makeImages() throws IOException {
    data = RandomDataSet.write(folder, 200, 12, 4, 1);
    network = BuiltInNetworks.network("resnet8", 4, data.image(), data.classes());
  }

  @Test
  void shouldTrainBitForBitAsAlone() throws Exception {
    // Given
    List<Outcome> alone = new ArrayList<>();
    for (long seed = 0; seed < 3; seed++) {
      alone.add(job(seed));
    }

    // When: training, refreshing and evaluating overlap, so gradient modes differ between threads
    ExecutorService threads = Executors.newFixedThreadPool(3);
    List<Outcome> together = new ArrayList<>();
    try {
      List<Future<Outcome>> jobs = new ArrayList<>();
      for (long seed : new long[] {0, 1, 2}) {
        jobs.add(threads.submit(() -> job(seed)));
      }
      for (Future<Outcome> job : jobs) {
        together.add(job.get());
      }
    } finally {
      threads.shutdown();
    }

    // Then
    assertThat(together).isEqualTo(alone);
  }

  @Test
  void shouldLeaveNoTensorBehind() {
    // Given
    NDManager everything = Engine.getEngine("PyTorch").newBaseManager().getParentManager();
    try (TorchSession session = TorchSession.withoutGradients(Computing.DEFAULT)) {
      new TorchNetwork(session, Weights.initial(network, 0));
      assertThat(everything.getManagedArrays()).as("tensors of an open session").isNotEmpty();
    }

    // When
    for (long seed = 0; seed < 3; seed++) {
      job(seed);
    }

    // Then
    assertThat(everything.getManagedArrays()).isEmpty();
  }

  @Test
  void shouldKeepNothingOfAForwardPassButTheScores() {
    try (TorchSession session = TorchSession.withoutGradients(Computing.DEFAULT)) {
      // Given
      TorchNetwork torch = new TorchNetwork(session, Weights.initial(network, 0));
      // Not left as memory comes: an array that holds NaN does not even equal itself.
      PtNDArray image = (PtNDArray) session.manager().zeros(new Shape(1, 1, 12, 12));
      int before = session.manager().getManagedArrays().size();

      // When
      PtNDArray scores = torch.forward(image, false);

      // Then
      assertThat(session.manager().getManagedArrays()).hasSize(before + 1).contains(image, scores);
    }
  }

  private Outcome job(long seed) {
    TrainingRun run =
        new TrainingRun(
            data.train(),
            new LinearDecay(0.1, 0, 9),
            32,
            new Sgd(0.9, 5e-4),
            new None(),
            seed,
            Computing.DEFAULT);
    Weights trained = run.run(Weights.initial(network, seed), progress -> true).weights();
    Weights refreshed = BatchNormRefresh.refresh(trained, data.train(), 32, done -> {});
    List<FloatBuffer> values = network.parameters().stream().map(refreshed::values).toList();
    return new Outcome(values, Evaluator.evaluate(refreshed, data.test(), done -> {}));
  }

  private record Outcome(List<FloatBuffer> weights, Predictions predictions) {}
}
