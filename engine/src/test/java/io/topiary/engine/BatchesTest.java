package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.pytorch.engine.PtNDManager;
import io.topiary.engine.Batches.Batch;
import io.topiary.engine.data.Augmentation;
import io.topiary.engine.data.DataSetException;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.data.Images;
import io.topiary.engine.data.PictureFolder;
import io.topiary.engine.data.RandomDataSet;
import io.topiary.engine.random.RandomStream;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class BatchesTest {
  private static final long SEED = 11;
  private static final int BATCH = 8;
  private static final int ITERATIONS = 11;
  private static final Augmentation CIFAR = new Augmentation(2, true, false);
  private static final Augmentation LARGE = new Augmentation(0, true, true);

  @TempDir private Path folder;

  @Test
  void shouldPrepareAheadWhatWouldBeFilledWhenItIsAskedFor() throws IOException {
    // Given 21 images: batches of 8, 8 and 5
    TrainingRun run = run(RandomDataSet.write(folder, 23, 12, 4, SEED).train(), CIFAR);
    assertThat(run.images().size()).isEqualTo(21);

    // When
    List<List<Float>> batches = batches(run, 0);

    // Then
    List<List<Float>> expected = new ArrayList<>();
    for (int i = 0; i < ITERATIONS; i++) {
      expected.add(expected(run, i));
    }
    assertThat(batches).isEqualTo(expected);
    assertThat(batches.get(2)).hasSize(5 * 144);
  }

  @Test
  void shouldPrepareTheSameBatchesWhereverARunIsTakenUp() throws IOException {
    // Given
    TrainingRun run = run(PictureFolder.write(folder, 12, 9, SEED).train(), LARGE);

    // When
    List<List<Float>> all = batches(run, 0);

    // Then
    for (int start = 1; start < ITERATIONS; start++) {
      assertThat(batches(run, start)).isEqualTo(all.subList(start, ITERATIONS));
    }
  }

  @Test
  void shouldYieldBatchesInAnyOrder() throws IOException {
    // Given
    TrainingRun run = run(RandomDataSet.write(folder, 23, 12, 4, SEED).train(), CIFAR);

    // Then
    try (TorchSession session = TorchSession.withoutGradients(Computing.DEFAULT);
        Batches batches = Batches.training(session, run)) {
      for (int iteration : new int[] {4, 4, 0, 10, 9, 10, 3, 30}) {
        assertThat(pixels(session, batches, iteration)).isEqualTo(expected(run, iteration));
      }
    }
  }

  @Test
  void shouldLookPixelsUpWithoutAThread() throws Exception {
    // Given
    TrainingRun run =
        run(RandomDataSet.write(folder, 23, 12, 4, SEED).train(), Augmentation.none());

    // When, then
    onThread(
        "plain",
        () -> {
          try (TorchSession session = TorchSession.withoutGradients(Computing.DEFAULT);
              Batches batches = Batches.training(session, run)) {
            assertThat(pixels(session, batches, 0)).isEqualTo(expected(run, 0));
            assertThat(threads("plain-images")).isEmpty();
          }
        });
  }

  @Test
  void shouldLeaveNoThreadBehind() throws Exception {
    // Given
    TrainingRun run = run(PictureFolder.write(folder, 12, 9, SEED).train(), LARGE);

    // When, then
    onThread(
        "closed",
        () -> {
          try (TorchSession session = TorchSession.withoutGradients(Computing.DEFAULT);
              Batches batches = Batches.training(session, run)) {
            assertThat(pixels(session, batches, 0)).isEqualTo(expected(run, 0));
            assertThat(threads("closed-images")).hasSize(1);
          }
          assertEnding("closed-images");
        });
  }

  @Test
  void shouldNotMindAnInterrupt() throws Exception {
    // Given
    TrainingRun run = run(PictureFolder.write(folder, 12, 9, SEED).train(), LARGE);

    // When, then the batch is there, the interrupt stays, and the thread ends
    onThread(
        "interrupted",
        () -> {
          try (TorchSession session = TorchSession.withoutGradients(Computing.DEFAULT);
              Batches batches = Batches.training(session, run)) {
            Thread.currentThread().interrupt();
            assertThat(pixels(session, batches, 0)).isEqualTo(expected(run, 0));
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
          }
          assertThat(Thread.interrupted()).isTrue();
          assertEnding("interrupted-images");
        });
  }

  @Test
  void shouldThrowWhatTheFillingThreadThrew() throws Exception {
    // Given
    ImageDataSet data = PictureFolder.write(folder, 12, 9, SEED);
    Files.write(folder.resolve("train/dark/3.png"), new byte[] {1, 2, 3});

    // Then
    Network network = BuiltInNetworks.network("resnet8", 2, data.image(), data.classes());
    onThread(
        "broken",
        () -> {
          assertThatThrownBy(() -> train(data, network))
              .isInstanceOf(DataSetException.class)
              .hasMessage(
                  "pictures/train/dark/3.png is no picture: it must be a PNG or JPEG file.");
          assertEnding("broken-images");
        });
    Files.delete(folder.resolve("train/dark/3.png"));
    assertThatThrownBy(() -> train(data, network))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("3.png");
  }

  @Test
  void shouldEndTheThreadOfARunThatIsStopped() throws Exception {
    // Given
    ImageDataSet data = PictureFolder.write(folder, 12, 9, SEED);
    Network network = BuiltInNetworks.network("resnet8", 2, data.image(), data.classes());

    // When, then
    onThread(
        "stopped",
        () -> {
          assertThatThrownBy(
                  () ->
                      run(data.train(), LARGE)
                          .run(Weights.initial(network, SEED), progress -> false))
              .isInstanceOf(TrainingStoppedException.class);
          assertEnding("stopped-images");
        });
  }

  @Test
  void shouldEndWithTheSameWeightsWhereverAnAugmentedRunIsTakenUp() throws IOException {
    // Given
    ImageDataSet data = PictureFolder.write(folder, 12, 9, SEED);
    Network network = BuiltInNetworks.network("resnet8", 2, data.image(), data.classes());
    TrainingRun run = run(data.train(), LARGE);
    List<Snapshot> snapshots = new ArrayList<>();

    // When
    Weights undisturbed =
        run.run(
                Weights.initial(network, SEED),
                new TrainingListener() {
                  @Override
                  public boolean onIteration(TrainingProgress progress) {
                    return true;
                  }

                  @Override
                  public boolean onIteration(
                      TrainingProgress progress, Supplier<Snapshot> snapshot) {
                    snapshots.add(snapshot.get());
                    return true;
                  }
                })
            .weights();

    // Then
    for (Snapshot snapshot : List.of(snapshots.get(1), snapshots.get(4), snapshots.get(8))) {
      Weights resumed = run.resume(snapshot, progress -> true).weights();
      assertThat(network.parameters().stream().map(resumed::values).toList())
          .isEqualTo(network.parameters().stream().map(undisturbed::values).toList());
    }
    Weights plain =
        run(data.train(), Augmentation.none())
            .run(Weights.initial(network, SEED), progress -> true)
            .weights();
    assertThat(network.parameters().stream().map(plain::values).toList())
        .isNotEqualTo(network.parameters().stream().map(undisturbed::values).toList());
  }

  @Test
  void shouldEvaluateAndRefreshOnPicturesThatAreDecoded() throws IOException {
    // Given
    ImageDataSet data = PictureFolder.write(folder, 12, 9, SEED);
    Network network = BuiltInNetworks.network("resnet8", 2, data.image(), data.classes());

    // When
    Weights trained = train(data, network);
    Weights refreshed = BatchNormRefresh.refresh(trained, data.train(), BATCH, done -> {});

    // Then light is told from dark
    assertThat(Evaluator.evaluate(refreshed, data.test(), done -> {}).correct()).isGreaterThan(7);
  }

  @Test
  void shouldRefusePaddingThatLeavesNothingOfAnImage() throws IOException {
    Images train = RandomDataSet.write(folder, 23, 12, 4, SEED).train();

    assertThatThrownBy(() -> run(train, new Augmentation(12, false, false)))
        .isInstanceOf(DataSetException.class)
        .hasMessageContaining("images are 12 x 12 pixels");
  }

  private static Weights train(ImageDataSet data, Network network) {
    return run(data.train(), LARGE).run(Weights.initial(network, SEED), progress -> true).weights();
  }

  private static TrainingRun run(Images images, Augmentation augmentation) {
    return new TrainingRun(
        images,
        augmentation,
        new LinearDecay(0.1, 0, ITERATIONS),
        BATCH,
        new Sgd(0.9, 5e-4),
        new Sparsification.None(),
        SEED,
        Computing.DEFAULT);
  }

  private static List<List<Float>> batches(TrainingRun run, int from) {
    try (TorchSession session = TorchSession.withoutGradients(Computing.DEFAULT);
        Batches batches = Batches.training(session, run)) {
      return IntStream.range(from, ITERATIONS).mapToObj(i -> pixels(session, batches, i)).toList();
    }
  }

  private static List<Float> pixels(TorchSession session, Batches batches, int iteration) {
    try (PtNDManager scratch = session.newScratch()) {
      Batch batch = batches.next(iteration, scratch);
      List<Float> pixels = new ArrayList<>();
      FloatBuffer memory = TorchNetwork.memory(batch.pixels());
      while (memory.hasRemaining()) {
        pixels.add(memory.get());
      }
      return pixels;
    }
  }

  /** By the rule: order and augmentation of the epoch, filled at once on this thread. */
  private static List<Float> expected(TrainingRun run, int iteration) {
    int perPass = (run.images().size() - 1) / BATCH + 1;
    int epoch = iteration / perPass;
    int from = iteration % perPass * BATCH;
    int size = Math.min(BATCH, run.images().size() - from);
    int[] order =
        RandomStream.of(SEED, RandomStream.IMAGE_ORDER, epoch).permutation(run.images().size());
    float[] pixels = new float[(int) (size * run.images().shape().elements())];
    run.images()
        .augmented(run.augmentation(), SEED, epoch)
        .fill(order, from, size, FloatBuffer.wrap(pixels), LongBuffer.allocate(size));
    List<Float> list = new ArrayList<>();
    for (float pixel : pixels) {
      list.add(pixel);
    }
    return list;
  }

  private static List<Thread> threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(name))
        .toList();
  }

  /** A thread that has done its last task may take a moment to be gone. */
  private static void assertEnding(String name) throws InterruptedException {
    for (Thread thread : threads(name)) {
      thread.join(10_000);
      assertThat(thread.isAlive()).as(name).isFalse();
    }
  }

  /** So that the filling thread, which is named after it, is told from those of other tests. */
  private static void onThread(String name, Executable test) throws Exception {
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              try {
                test.execute();
              } catch (Throwable e) {
                throw new AssertionError("On thread " + name, e);
              }
              return true;
            });
    new Thread(task, name).start();
    task.get();
  }
}
