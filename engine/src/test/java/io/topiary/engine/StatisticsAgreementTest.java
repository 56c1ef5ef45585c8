package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.GlobalAveragePool;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Parameter.Role;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds BatchNorm's running statistics against those of PyTorch: see training.py. */
class StatisticsAgreementTest {
  private static final Logger LOG = LoggerFactory.getLogger(StatisticsAgreementTest.class);
  private static final int CHANNELS = 2;
  private static final int SIDE = 5;
  private static final double TOLERANCE = 2e-6;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"0.1", "0.3", "0.5"})
  void shouldFollowEveryBatchAsPyTorchDoes(String momentum) throws IOException {
    // Given
    Golden golden = Golden.read("statistics.txt");
    Network network =
        new Network(
            "norm",
            io.topiary.sparsity.network.Shape.of(CHANNELS, SIDE, SIDE),
            List.of(
                new Node(
                    "bn",
                    new BatchNormalization(1e-5, Double.parseDouble(momentum)),
                    List.of(Network.INPUT)),
                new Node("avgpool", new GlobalAveragePool(), List.of("bn")),
                new Node("flatten", new Flatten(), List.of("avgpool"))));
    int[] sizes = {6, 6, 3, 1};
    try (TorchSession session = TorchSession.withoutGradients(Computing.DEFAULT)) {
      TorchNetwork torch = new TorchNetwork(session, Weights.initial(network, 0));

      for (int batch = 0; batch < sizes.length; batch++) {
        // When
        float[] pixels =
            GoldenInputs.uniform("statistics/" + batch, sizes[batch] * CHANNELS * SIDE * SIDE);
        for (int i = 0; i < pixels.length; i++) {
          pixels[i] = 2 + 3 * pixels[i];
        }
        PtNDArray input =
            session
                .manager()
                .create(new Shape(sizes[batch], CHANNELS, SIDE, SIDE), DataType.FLOAT32);
        TorchNetwork.memory(input).put(pixels);
        torch.forward(input, true);

        // Then
        Weights weights = torch.weights();
        List<Double> statistics = new ArrayList<>(values(weights, Role.RUNNING_MEAN));
        statistics.addAll(values(weights, Role.RUNNING_VAR));
        double off = golden.off(momentum + "/" + batch, array(statistics));
        LOG.info("momentum {}, batch {}: {}", momentum, batch, off);
        assertThat(off).isLessThan(TOLERANCE);
      }
    }
  }

  @Test
  void shouldRefreshThemAsPyTorchDoes() throws IOException {
    // Given
    Golden golden = Golden.read("statistics.txt");
    Network network =
        BuiltInNetworks.network(
            "resnet8", 4, io.topiary.sparsity.network.Shape.of(1, 12, 12), GoldenInputs.CLASSES);

    // When
    Weights refreshed =
        BatchNormRefresh.refresh(
            GoldenInputs.weights(network), GoldenInputs.images(folder, 12), 16, done -> {});

    // Then
    for (Parameter parameter : network.parameters()) {
      if (!parameter.role().trainable()) {
        String name = "refreshed/" + parameter.name();
        double off = golden.off(name, array(values(refreshed, parameter)));
        LOG.info("{}: {}", name, off);
        assertThat(off).as(name).isLessThan(TOLERANCE);
      }
    }
  }

  private static List<Double> values(Weights weights, Role role) {
    return weights.network().parameters().stream()
        .filter(parameter -> parameter.role() == role)
        .flatMap(parameter -> values(weights, parameter).stream())
        .toList();
  }

  private static List<Double> values(Weights weights, Parameter parameter) {
    List<Double> values = new ArrayList<>();
    FloatBuffer floats = weights.values(parameter);
    while (floats.hasRemaining()) {
      values.add((double) floats.get());
    }
    return values;
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
