package io.topiary.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the engine against scores that torchvision's own networks give: see reference.py. */
class PyTorchAgreementTest {

  private static final int WIDTH = 4;

  record Golden(String network, int side, List<Double> scores) {

    static Golden parse(String line) {
      String[] words = line.split(" ");
      List<Double> scores = Arrays.stream(words).skip(2).map(Double::valueOf).toList();
      return new Golden(words[0], Integer.parseInt(words[1]), scores);
    }

    @Override
    public String toString() {
      return network;
    }
  }

  static Stream<Golden> goldens() throws IOException {
    try (var stream = PyTorchAgreementTest.class.getResourceAsStream("reference/scores.txt")) {
      String text = new String(Objects.requireNonNull(stream).readAllBytes(), UTF_8);
      return text.lines().filter(line -> !line.startsWith("#")).map(Golden::parse);
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void shouldScoreAnImageAsPyTorchDoes(Golden golden) {
    // Given
    Network network =
        BuiltInNetworks.network(
            golden.network,
            WIDTH,
            io.topiary.sparsity.network.Shape.of(3, golden.side, golden.side),
            golden.scores.size());
    Weights weights = Weights.copyOf(network, PyTorchAgreementTest::values);

    // When
    float[] scores = new float[golden.scores.size()];
    try (TorchSession session = TorchSession.withoutGradients()) {
      TorchNetwork torch = new TorchNetwork(session, weights);
      PtNDArray image =
          session.manager().create(new Shape(1, 3, golden.side, golden.side), DataType.FLOAT32);
      TorchNetwork.memory(image).put(image(3 * golden.side * golden.side));
      TorchNetwork.memory(torch.forward(image, false)).get(scores);
    }

    // Then: float against double, relative to the largest score
    double largest = golden.scores.stream().mapToDouble(Math::abs).max().orElseThrow();
    for (int i = 0; i < scores.length; i++) {
      assertThat(scores[i] / largest).isCloseTo(golden.scores.get(i) / largest, within(1e-4));
    }
  }

  /** As reference.py scatters them. */
  private static FloatBuffer values(Parameter parameter) {
    double[] u = noise(parameter.name(), Math.toIntExact(parameter.shape().elements()));
    FloatBuffer values = FloatBuffer.allocate(u.length);
    double fanIn = u.length / (double) parameter.shape().dimension(0);
    for (double each : u) {
      values.put(
          (float)
              switch (parameter.role()) {
                case WEIGHT -> (2 * each - 1) * Math.sqrt(6 / fanIn);
                case NORM_WEIGHT, RUNNING_VAR -> 0.5 + each;
                case BIAS, NORM_BIAS, RUNNING_MEAN -> each - 0.5;
              });
    }
    return values.flip();
  }

  private static float[] image(int pixels) {
    double[] u = noise("image", pixels);
    float[] image = new float[pixels];
    for (int i = 0; i < pixels; i++) {
      image[i] = (float) (2 * u[i] - 1);
    }
    return image;
  }

  /** Numbers in [0, 1): the finaliser of MurmurHash3 over index and name. */
  private static double[] noise(String name, int length) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(UTF_8));
    double[] noise = new double[length];
    for (int i = 0; i < length; i++) {
      int x = i + (int) crc.getValue();
      x ^= x >>> 16;
      x *= 0x85ebca6b;
      x ^= x >>> 13;
      x *= 0xc2b2ae35;
      x ^= x >>> 16;
      noise[i] = Integer.toUnsignedLong(x) / (double) (1L << 32);
    }
    return noise;
  }
}
