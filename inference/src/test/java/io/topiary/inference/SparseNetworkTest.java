package io.topiary.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.NetworkJson;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.SafetensorsException;
import io.topiary.sparsity.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparseNetworkTest {

  private static final long SEED = 7;

  private final Network network = BuiltInNetworks.network("resnet8", 4, Shape.of(3, 9, 11), 5);
  private final RandomWeights weights = new RandomWeights(network, 0.8, new Random(SEED));

  @Test
  void shouldLoadCheckpointThatCarriesItsNetwork(@TempDir Path folder) throws IOException {
    // Given
    var dense = folder.resolve("dense.safetensors");
    var sparse = folder.resolve("sparse.safetensors");
    CheckpointFile.write(dense, network, Map.of(), weights::buffer);
    CheckpointFile.writeSparse(sparse, network, Map.of(), weights::buffer);
    var images = RandomWeights.images(network, 3, new Random(SEED));

    // When
    var scores = SparseNetwork.load(dense).predict(images);

    // Then
    assertThat(scores).hasSize(15).isEqualTo(compiled(1).predict(images));
    assertThat(SparseNetwork.load(sparse).predict(images)).isEqualTo(scores);
  }

  @Test
  void shouldNameOperatorAndNodeThatAreUnknown(@TempDir Path folder) throws IOException {
    // Given
    var file = folder.resolve("unknown.safetensors");
    var json = NetworkJson.write(network).replaceFirst("\"GlobalAveragePool\"", "\"Softmax\"");
    SafetensorsWriter.write(file, Map.of(CheckpointFile.NETWORK, json), List.of());

    // When, Then
    assertThatThrownBy(() -> SparseNetwork.load(file))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("Softmax")
        .hasMessageContaining("Node '");
  }

  @Test
  void shouldRefuseImagesThatAreNone() {
    // Given
    var compiled = compiled(1);
    var notANumber = RandomWeights.images(network, 2, new Random(SEED));
    notANumber[300] = Float.NaN;

    // When, Then
    assertThatThrownBy(() -> compiled.predict(new float[0]))
        .isInstanceOf(InferenceException.class)
        .hasMessage(
            "There are 0 floats of images; network 'resnet8' takes 297, or a multiple of that, for"
                + " images of shape [3, 9, 11].");
    assertThatThrownBy(() -> compiled.predict(new float[298]))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("There are 298 floats of images");
    assertThatThrownBy(() -> compiled.predict(notANumber))
        .isInstanceOf(InferenceException.class)
        .hasMessage("Element 3 of image 1 is NaN; images must be finite.");
  }

  @Test
  void shouldRefuseWeightsThatAreNotFinite() {
    // Given
    var node = network.nodes().get(0);
    weights.of(node, 0, network.input())[2] = Float.POSITIVE_INFINITY;

    // When, Then
    assertThatThrownBy(() -> compiled(1))
        .isInstanceOf(InferenceException.class)
        .hasMessage("Element 2 of parameter 'conv1.weight' is Infinity; weights must be finite.");
  }

  @Test
  void shouldRefuseToWorkWithoutThreads() {
    assertThatThrownBy(() -> new CompileOptions(0))
        .isInstanceOf(InferenceException.class)
        .hasMessage("threads is 0; it must be at least 1.");
  }

  @Test
  void shouldGiveSameScoresToManyThreadsAtOnce() throws Exception {
    // Given
    var compiled = compiled(3);
    // Blocks and what is left for every thread
    var images = RandomWeights.images(network, 57, new Random(SEED));
    var expected = compiled.predict(images);
    var pool = Executors.newFixedThreadPool(4);

    try {
      // When
      var calls =
          IntStream.range(0, 40)
              .<Callable<float[]>>mapToObj(i -> () -> compiled.predict(images))
              .toList();
      var results = pool.invokeAll(calls);

      // Then
      for (var result : results) {
        assertThat(result.get()).isEqualTo(expected);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void shouldAnswerThreadThatWasInterruptedBefore() {
    // Given
    var compiled = compiled(1);
    var images = RandomWeights.images(network, 2, new Random(SEED));
    var expected = compiled.predict(images);

    try {
      // When
      Thread.currentThread().interrupt();
      var scores = compiled.predict(images);

      // Then
      assertThat(scores).isEqualTo(expected);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void shouldForgetImagesWhoseSumsOverflow() {
    // Given a third output that takes the place of the images
    var plain =
        new Network(
            "plain",
            Shape.of(2, 9, 11),
            List.of(
                new Node("1", Operator.Conv.square(2, 3, 1, 1, true), List.of(Network.INPUT)),
                new Node("2", Operator.Conv.square(2, 3, 1, 1, true), List.of("1")),
                new Node("3", Operator.Conv.square(2, 3, 1, 1, true), List.of("2")),
                new Node("pool", Operator.MaxPool.square(3), List.of("3")),
                new Node("flat", new Operator.Flatten(), List.of("pool"))));
    var values = new RandomWeights(plain, 0.3, new Random(SEED));

    for (var count : new int[] {1, 17}) {
      var compiled = SparseNetwork.compile(plain, values::buffer, new CompileOptions(1));
      var images = RandomWeights.images(plain, count, new Random(SEED));
      var expected = compiled.predict(images);
      var huge = new float[images.length];
      Arrays.fill(huge, Float.MAX_VALUE);

      // When
      var overflown = compiled.predict(huge);

      // Then
      assertThat(overflown).contains(Float.NaN);
      assertThat(compiled.predict(images)).isEqualTo(expected);
    }
  }

  @Test
  void shouldGoImageByImageWhereBlockNeedsTooMuchMemory() {
    // Given
    var large =
        new Network(
            "large",
            Shape.of(1, 1200, 1800),
            List.of(
                new Node("relu", new Operator.Relu(), List.of(Network.INPUT)),
                new Node("conv", Operator.Conv.square(1, 3, 1, 1, true), List.of("relu")),
                new Node("mean", new Operator.GlobalAveragePool(), List.of("conv")),
                new Node("flat", new Operator.Flatten(), List.of("mean"))));
    var values = new RandomWeights(large, 0.5, new Random(SEED));
    var compiled = SparseNetwork.compile(large, values::buffer, new CompileOptions(1));
    var images = new float[16 * 1200 * 1800];
    Arrays.fill(images, 1);

    // When
    var scores = compiled.predict(images);

    // Then
    assertThat(scores).hasSize(16).containsOnly(scores[0]);
  }

  @Test
  void shouldRefuseNetworkOfWhichOneImageFitsInNoArray() {
    // Given
    var huge =
        new Network(
            "huge",
            Shape.of(1, 23000, 23000),
            List.of(
                new Node("1", new Operator.Relu(), List.of(Network.INPUT)),
                new Node("2", Operator.Conv.square(1, 1, 1, 1, true), List.of("1")),
                new Node("3", Operator.Conv.square(1, 1, 1, 1, true), List.of("2")),
                new Node("4", Operator.Conv.square(1, 1, 1, 1, true), List.of("3")),
                new Node("5", new Operator.GlobalAveragePool(), List.of("4")),
                new Node("6", new Operator.Flatten(), List.of("5"))));
    var values = new RandomWeights(huge, 0.5, new Random(SEED));

    // When, Then
    assertThatThrownBy(() -> SparseNetwork.compile(huge, values::buffer, CompileOptions.defaults()))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("Network 'huge' needs more than ");
  }

  @Test
  void shouldTellWhichKernelEachLayerHas() {
    // Given, When
    var layers = compiled(1).layers();

    // Then
    assertThat(layers).hasSize(8).extracting(LayerPlan::name).contains("conv1", "linear");
    assertThat(layers).allSatisfy(layer -> assertThat(layer.sparsity()).isBetween(0.5, 1.0));
    assertThat(compiled(1).engine()).startsWith("Vector API, ");
  }

  private SparseNetwork compiled(int threads) {
    return SparseNetwork.compile(network, weights::buffer, new CompileOptions(threads));
  }
}
