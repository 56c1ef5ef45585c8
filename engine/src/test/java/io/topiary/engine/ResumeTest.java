package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.data.RandomDataSet;
import io.topiary.engine.random.RandomStream;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Dnw;
import io.topiary.engine.sparsifier.Sparsification.Dpf;
import io.topiary.engine.sparsifier.Sparsification.Dst;
import io.topiary.engine.sparsifier.Sparsification.Gmp;
import io.topiary.engine.sparsifier.Sparsification.Gsm;
import io.topiary.engine.sparsifier.Sparsification.Keep;
import io.topiary.engine.sparsifier.Sparsification.Lc;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.engine.sparsifier.Sparsification.Str;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.SafetensorsException;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A run that was interrupted, and goes on from a snapshot in a file, ends as if nothing happened.
 */
class ResumeTest {
  private static final String JOB = "job 1";

  /** Seven iterations to the epoch, the last batch smaller, and two and a half epochs. */
  private static final int ITERATIONS = 17;

  private static final Network NETWORK =
      BuiltInNetworks.network("resnet8", 4, Shape.of(1, 12, 12), 4);

  @TempDir private Path folder;

  private ImageDataSet data;

  @BeforeEach
  void makeImages() throws IOException {
    data = RandomDataSet.write(folder, 110, 12, 4, 1);
  }

  static Stream<Sparsification> methods() {
    return Stream.of(
        new None(),
        new Keep(everyThird()),
        new Gmp(0.8, 1, false),
        new Gmp(0.8, 1, true),
        new Gsm(0.8),
        new Dpf(0.8, 1),
        new Dnw(0.8),
        new Lc(0.8),
        new Str(0.8, -6),
        new Dst(0.8, 1e-2));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void shouldEndWithTheBitsOfTheUndisturbedRunWhereverItWasInterrupted(Sparsification method)
      throws IOException {
    // Given
    TrainingRun run = run(method, ITERATIONS);
    Weights start = Weights.initial(NETWORK, 3);
    byte[] undisturbed = bytes(run.run(start, progress -> true));
    List<Double> losses = run.run(start, progress -> true).epochLoss();

    for (int interrupted : new int[] {1, 6, 7, 8, 16, 17}) {
      // When
      Path file = folder.resolve("snapshot-" + interrupted);
      assertThatThrownBy(() -> run.run(start, new Interruption(interrupted, file)))
          .isInstanceOf(TrainingStoppedException.class)
          .hasMessage("Training was stopped after %d of 17 iterations.", interrupted);
      TrainedNetwork resumed = run.resume(Snapshot.read(NETWORK, file, JOB), progress -> true);

      // Then
      assertThat(bytes(resumed)).as("interrupted after %d", interrupted).isEqualTo(undisturbed);
      assertThat(resumed.epochLoss()).isEqualTo(losses);
    }
  }

  @Test
  void shouldEndWithTheSameBitsOnTwoThreads() throws IOException {
    // Given
    TrainingRun run = run(new None(), ITERATIONS, Computing.onCpu(2));
    Weights start = Weights.initial(NETWORK, 3);
    byte[] undisturbed = bytes(run.run(start, progress -> true));
    Path file = folder.resolve("snapshot");

    // When
    assertThatThrownBy(() -> run.run(start, new Interruption(9, file)))
        .isInstanceOf(TrainingStoppedException.class);
    TrainedNetwork resumed = run.resume(Snapshot.read(NETWORK, file, JOB), progress -> true);

    // Then
    assertThat(bytes(resumed)).isEqualTo(undisturbed);
  }

  @Test
  void shouldSurviveOneInterruptionAfterTheOther() throws IOException {
    // Given
    TrainingRun run = run(new Keep(everyThird()), ITERATIONS);
    Weights start = Weights.initial(NETWORK, 3);
    byte[] undisturbed = bytes(run.run(start, progress -> true));

    // When it gets one iteration further each time
    Path file = folder.resolve("snapshot");
    assertThatThrownBy(() -> run.run(start, new Interruption(1, file)))
        .isInstanceOf(TrainingStoppedException.class);
    for (int i = 2; i <= ITERATIONS; i++) {
      Snapshot snapshot = Snapshot.read(NETWORK, file, JOB);
      int next = i;
      assertThatThrownBy(() -> run.resume(snapshot, new Interruption(next, file)))
          .isInstanceOf(TrainingStoppedException.class);
    }

    // Then
    Snapshot last = Snapshot.read(NETWORK, file, JOB);
    assertThat(last.iteration()).isEqualTo(ITERATIONS);
    assertThat(bytes(run.resume(last, progress -> true))).isEqualTo(undisturbed);
  }

  @Test
  void shouldWriteTheSameSnapshotAsTheSameBytes() throws IOException {
    // Given
    TrainingRun run = run(new None(), ITERATIONS);
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");

    // When
    for (Path file : List.of(first, second)) {
      assertThatThrownBy(() -> run.run(Weights.initial(NETWORK, 3), new Interruption(5, file)))
          .isInstanceOf(TrainingStoppedException.class);
    }

    // Then
    assertThat(first).hasSameBinaryContentAs(second);
  }

  @Test
  void shouldRefuseWhatIsNoSnapshotOfThisRun() throws IOException {
    // Given
    TrainingRun run = run(new None(), ITERATIONS);
    Path file = folder.resolve("snapshot");
    Weights start = Weights.initial(NETWORK, 3);
    assertThatThrownBy(() -> run.run(start, new Interruption(5, file)))
        .isInstanceOf(TrainingStoppedException.class);

    // When, Then: of another job
    assertThatThrownBy(() -> Snapshot.read(NETWORK, file, "job 2"))
        .isInstanceOf(SafetensorsException.class)
        .hasMessage("%s is a snapshot of job 1; it must be one of job 2.", file);

    // Weights alone
    Path weights = folder.resolve("weights");
    start.write(weights, Map.of());
    assertThatThrownBy(() -> Snapshot.read(NETWORK, weights, JOB))
        .isInstanceOf(SafetensorsException.class)
        .hasMessage("%s is no snapshot of version 1.", weights);

    // Torn
    Path torn = folder.resolve("torn");
    byte[] all = Files.readAllBytes(file);
    Files.write(torn, Arrays.copyOf(all, all.length - 9));
    assertThatThrownBy(() -> Snapshot.read(NETWORK, torn, JOB))
        .isInstanceOf(SafetensorsException.class);

    // Of a longer run
    Snapshot snapshot = Snapshot.read(NETWORK, file, JOB);
    assertThatThrownBy(() -> run(new None(), 4).resume(snapshot, progress -> true))
        .isInstanceOf(EngineInputException.class)
        .hasMessage("The snapshot was made after 5 iterations; the run has only 4.");
  }

  private TrainingRun run(Sparsification method, int iterations) {
    return run(method, iterations, Computing.DEFAULT);
  }

  private TrainingRun run(Sparsification method, int iterations, Computing computing) {
    return new TrainingRun(
        data.train(),
        new LinearDecay(0.1, 3, iterations),
        16,
        new Sgd(0.9, 5e-4),
        method,
        7,
        computing);
  }

  private static Mask everyThird() {
    RandomStream random = RandomStream.of(4);
    Map<String, BitMask> masks = new LinkedHashMap<>();
    for (Parameter parameter : NETWORK.prunable()) {
      BitSet alive = new BitSet();
      for (int i = 0; i < parameter.shape().elements(); i++) {
        alive.set(i, random.nextInt(3) == 0);
      }
      masks.put(parameter.name(), BitMask.of(parameter.shape(), alive));
    }
    return new Mask(masks);
  }

  private byte[] bytes(TrainedNetwork trained) throws IOException {
    Path weights = folder.resolve("trained");
    Path momentum = folder.resolve("momentum");
    trained.weights().write(weights, Map.of());
    trained.momentum().write(momentum);
    byte[] first = Files.readAllBytes(weights);
    byte[] second = Files.readAllBytes(momentum);
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** Writes a snapshot after that many iterations, and ends the run. */
  private record Interruption(int after, Path file) implements TrainingListener {

    @Override
    public boolean onIteration(TrainingProgress progress) {
      throw new AssertionError("the loop offers snapshots");
    }

    @Override
    public boolean onIteration(TrainingProgress progress, Supplier<Snapshot> snapshot) {
      if (progress.iteration() < after) {
        return true;
      }
      try {
        snapshot.get().write(file, JOB);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return false;
    }
  }
}
