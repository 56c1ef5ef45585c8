package io.topiary.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the engine against scores that torchvision's own networks give: see reference.py. */
class PyTorchAgreementTest {

  private static final int WIDTH = 4;

  record Scores(String network, int side, List<Double> scores) {

    static Scores parse(String line) {
      String[] words = line.split(" ");
      List<Double> scores = Arrays.stream(words).skip(2).map(Double::valueOf).toList();
      return new Scores(words[0], Integer.parseInt(words[1]), scores);
    }

    @Override
    public String toString() {
      return network;
    }
  }

  static Stream<Scores> goldens() throws IOException {
    try (var stream = PyTorchAgreementTest.class.getResourceAsStream("reference/scores.txt")) {
      String text = new String(Objects.requireNonNull(stream).readAllBytes(), UTF_8);
      return text.lines().filter(line -> !line.startsWith("#")).map(Scores::parse);
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void shouldScoreAnImageAsPyTorchDoes(Scores golden) {
    // Given
    Network network =
        BuiltInNetworks.network(
            golden.network,
            WIDTH,
            io.topiary.sparsity.network.Shape.of(3, golden.side, golden.side),
            golden.scores.size());
    Weights weights = GoldenInputs.weights(network);

    // When
    float[] scores = new float[golden.scores.size()];
    try (TorchSession session = TorchSession.withoutGradients(Computing.DEFAULT)) {
      TorchNetwork torch = new TorchNetwork(session, weights);
      PtNDArray image =
          session.manager().create(new Shape(1, 3, golden.side, golden.side), DataType.FLOAT32);
      TorchNetwork.memory(image).put(GoldenInputs.uniform("image", 3 * golden.side * golden.side));
      TorchNetwork.memory(torch.forward(image, false)).get(scores);
    }

    // Then: float against double, relative to the largest score
    double largest = golden.scores.stream().mapToDouble(Math::abs).max().orElseThrow();
    for (int i = 0; i < scores.length; i++) {
      assertThat(scores[i] / largest).isCloseTo(golden.scores.get(i) / largest, within(1e-4));
    }
  }
}
