package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.data.RandomDataSet;
import io.topiary.engine.random.RandomStream;
import io.topiary.engine.sparsifier.Layout;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComputingTest {
  private static final Network NETWORK =
      BuiltInNetworks.network("resnet8", 4, io.topiary.sparsity.network.Shape.of(1, 12, 12), 4);

  @Test
  void shouldCallTheFirstGpuByItsNumber() {
    assertThat(new Computing("gpu", 1)).isEqualTo(new Computing("gpu:0", 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cuda", "gpu:", "gpu:x", "gpu:-1", "CPU"})
  void shouldRefuseWhatIsNoDevice(String device) {
    assertThatThrownBy(() -> new Computing(device, 1))
        .isInstanceOf(EngineInputException.class)
        .hasMessage("The device is '%s'; it must be cpu, gpu, or gpu:0, gpu:1 and so on.", device);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 1025})
  void shouldRefuseWhatIsNoNumberOfThreads(int threads) {
    assertThatThrownBy(() -> Computing.onCpu(threads))
        .isInstanceOf(EngineInputException.class)
        .hasMessage("A job has %d threads; it must have 1 to 1024.", threads);
  }

  @Test
  void shouldSayThatAGpuIsNotThere(@TempDir Path folder) throws IOException {
    // Given a number that no machine has
    Computing absent = new Computing("gpu:999", 1);
    ImageDataSet data = RandomDataSet.write(folder, 50, 12, 4, 1);

    // When, Then
    assertThatThrownBy(() -> run(data, absent).run(Weights.initial(NETWORK, 0), progress -> true))
        .isInstanceOf(EngineInputException.class)
        .hasMessageStartingWith("There is no device gpu:999: PyTorch 2.")
        .hasMessageContaining("use cpu");
  }

  /** What a device does whose memory Java cannot reach, done where it can. */
  @Test
  void shouldExchangeByCopiesWhatItExchangesBySharedMemory() {
    // Given
    Layout layout = Layout.of(NETWORK);
    RandomStream random = RandomStream.of(5);
    float[] weights = new float[layout.size()];
    try (TorchSession session = TorchSession.withGradients(Computing.DEFAULT)) {
      TorchNetwork first = new TorchNetwork(session, Weights.initial(NETWORK, 0));
      TorchNetwork second = new TorchNetwork(session, Weights.initial(NETWORK, 0));
      TensorExchange shared = new TensorExchange.SharedMemory(first, layout);
      TensorExchange copies = new TensorExchange.Copies(session, second, layout);
      PtNDArray images = session.manager().create(new Shape(3, 1, 12, 12), DataType.FLOAT32);
      TorchNetwork.memory(images).put(floats(random, 3 * 12 * 12));

      for (int i = 0; i < 3; i++) {
        // When
        System.arraycopy(floats(random, weights.length), 0, weights, 0, weights.length);
        float[] expected = gradients(session, first, shared, weights, images);
        float[] copied = gradients(session, second, copies, weights, images);

        // Then
        assertThat(copied).isEqualTo(expected);
        assertThat(expected).as("gradients").isNotEqualTo(new float[weights.length]);
      }
      assertThat(second.weights().values(NETWORK.parameters().get(0)))
          .isEqualTo(first.weights().values(NETWORK.parameters().get(0)));
    }
  }

  @Test
  void shouldNotLetTheThreadsOfOneJobChangeTheBitsOfAnother(@TempDir Path folder) throws Exception {
    // Given
    ImageDataSet data = RandomDataSet.write(folder, 300, 12, 4, 1);
    Weights start = Weights.initial(NETWORK, 0);
    Weights alone = run(data, Computing.onCpu(1)).run(start, progress -> true).weights();

    // When the second job sets its threads and trains while the first is under way
    ExecutorService jobs = Executors.newFixedThreadPool(2);
    CountDownLatch firstBegan = new CountDownLatch(1);
    CountDownLatch secondEnded = new CountDownLatch(1);
    try {
      Future<TrainedNetwork> one =
          jobs.submit(
              () ->
                  run(data, Computing.onCpu(1))
                      .run(
                          start,
                          progress -> {
                            firstBegan.countDown();
                            return awaited(secondEnded);
                          }));
      Future<TrainedNetwork> two =
          jobs.submit(
              () -> {
                assertThat(awaited(firstBegan)).isTrue();
                return run(data, Computing.onCpu(2)).run(start, progress -> true);
              });
      two.get();
      secondEnded.countDown();

      // Then
      for (var parameter : NETWORK.parameters()) {
        assertThat(one.get().weights().values(parameter)).isEqualTo(alone.values(parameter));
      }
    } finally {
      jobs.shutdown();
    }
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static TrainingRun run(ImageDataSet data, Computing computing) {
    return new TrainingRun(
        data.train(),
        new LinearDecay(0.1, 0, 20),
        32,
        new Sgd(0.9, 5e-4),
        new None(),
        1,
        computing);
  }

  private static float[] gradients(
      TorchSession session,
      TorchNetwork network,
      TensorExchange exchange,
      float[] weights,
      PtNDArray images) {
    float[] gradients = new float[weights.length];
    try (PtNDManager scratch = session.newScratch()) {
      exchange.load(weights);
      PtNDArray view = JniUtils.slice(images, 0, 0, 3, 1);
      view.attach(scratch);
      PtNDArray sum = JniUtils.sum(network.forward(view, true));
      JniUtils.backward(sum, (PtNDArray) scratch.ones(new Shape()), false, false);
      exchange.takeGradients(gradients);
    }
    return gradients;
  }

  private static float[] floats(RandomStream random, int length) {
    float[] floats = new float[length];
    for (int i = 0; i < length; i++) {
      floats[i] = (float) (random.nextDouble() - 0.5);
    }
    return floats;
  }
}
