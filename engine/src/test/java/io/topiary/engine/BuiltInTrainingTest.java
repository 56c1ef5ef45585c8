package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.data.RandomDataSet;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuiltInTrainingTest {
  private static final int SEED = 5;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "resnet32, 32",
    "resnet56, 32",
    "resnet18-cifar, 32",
    "resnet18, 32",
    "resnet50, 32",
    "wrn-28-10, 32",
    "vgg16-bn-cifar, 32",
    "vgg16-bn, 224",
  })
  void shouldReachEveryLayerInTraining(String name, int side) throws IOException {
    // Given
    ImageDataSet data = RandomDataSet.write(folder, 20, side, 4, SEED);
    Network network = BuiltInNetworks.network(name, 4, data.image(), data.classes());
    Weights start = Weights.initial(network, SEED);
    TrainingRun run =
        new TrainingRun(
            data.train(),
            new LinearDecay(0.1, 0, 2),
            16,
            new Sgd(0.9, 0),
            new None(),
            SEED,
            Computing.DEFAULT);

    // When
    Weights trained = run.run(start, progress -> true).weights();

    // Then nothing is left where it was, but for biases that normalisation makes immaterial
    for (Parameter parameter : network.parameters()) {
      if (parameter.role() != Parameter.Role.BIAS) {
        assertThat(trained.values(parameter))
            .as(parameter.name())
            .isNotEqualTo(start.values(parameter));
      }
    }
  }

  @Test
  void shouldRefuseToNormaliseASingleValue() throws IOException {
    // Given: 18 images to train on, and a network that leaves one pixel of each
    ImageDataSet data = RandomDataSet.write(folder, 20, 32, 4, SEED);
    Network network = BuiltInNetworks.network("resnet18", 4, data.image(), data.classes());
    Weights start = Weights.initial(network, SEED);
    TrainingRun run =
        new TrainingRun(
            data.train(),
            new LinearDecay(0.1, 0, 2),
            17,
            new Sgd(0.9, 0),
            new None(),
            SEED,
            Computing.DEFAULT);

    // When, Then
    String sentence =
        "The last batch of 18 images by 17 has a single image, of which node 'layer4.0.bn1' of"
            + " network 'resnet18' would normalise a single pixel: there is no variance in that;"
            + " use another batch size.";
    assertThatThrownBy(() -> run.run(start, progress -> true))
        .isInstanceOf(EngineInputException.class)
        .hasMessage(sentence);
    assertThatThrownBy(() -> BatchNormRefresh.refresh(start, data.train(), 17, done -> {}))
        .isInstanceOf(EngineInputException.class)
        .hasMessage(sentence);
  }
}
