package io.topiary.sparsity.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuiltInNetworksTest {

  private static final Shape CIFAR = Shape.of(3, 32, 32);
  private static final Shape MNIST = Shape.of(1, 28, 28);

  // The residual networks of width 16 are the 0.27M, 0.46M and 0.85M of He et al., 2016, table 6.
  @ParameterizedTest
  @CsvSource({
    "mlp,       1, 28, 407050, 406528",
    "lenet5,    1, 28,  61706,  61470",
    "small-cnn, 1, 28,  24058,  23824",
    "resnet8,   1, 28,  19074,  18824",
    "resnet20,  3, 32, 269722, 268336",
    "resnet32,  3, 32, 464154, 461872",
    "resnet56,  3, 32, 853018, 848944",
  })
  void shouldHaveAsManyParametersAsPublished(
      String name, int channels, int side, long trainable, long prunable) {
    // When
    var network = BuiltInNetworks.network(name, 0, Shape.of(channels, side, side), 10);

    // Then
    assertThat(elements(network.trainable())).isEqualTo(trainable);
    assertThat(elements(network.prunable())).isEqualTo(prunable);
    assertThat(network.classes()).isEqualTo(10);
  }

  @Test
  void shouldNameParametersAsPyTorchDoes() {
    // When
    var network = BuiltInNetworks.network("resnet8", 0, CIFAR, 10);

    // Then
    assertThat(network.parameters())
        .extracting(Parameter::name)
        .startsWith("conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var")
        .contains("layer1.0.conv1.weight", "layer3.0.bn2.running_var")
        .endsWith("linear.weight", "linear.bias");
    assertThat(network.prunable())
        .extracting(Parameter::name)
        .containsExactly(
            "conv1.weight",
            "layer1.0.conv1.weight",
            "layer1.0.conv2.weight",
            "layer2.0.conv1.weight",
            "layer2.0.conv2.weight",
            "layer3.0.conv1.weight",
            "layer3.0.conv2.weight",
            "linear.weight");
  }

  @Test
  void shouldHalveTheImageAndDoubleTheChannelsFromStageToStage() {
    // When
    var shapes = BuiltInNetworks.network("resnet20", 0, MNIST, 10).shapes();

    // Then
    assertThat(shapes)
        .containsEntry("layer1.2.relu2", Shape.of(16, 28, 28))
        .containsEntry("layer2.0.shortcut.slice", Shape.of(16, 14, 14))
        .containsEntry("layer2.0.shortcut.pad", Shape.of(32, 14, 14))
        .containsEntry("layer2.2.relu2", Shape.of(32, 14, 14))
        .containsEntry("layer3.2.relu2", Shape.of(64, 7, 7))
        .containsEntry("linear", Shape.of(10));
  }

  @ParameterizedTest
  @CsvSource({"15, 8", "1, 1", "3, 5"})
  void shouldBuildResidualNetworksOfAnyWidthAndImage(int width, int side) {
    // When
    var network = BuiltInNetworks.network("resnet8", width, Shape.of(2, side, side), 3);

    // Then
    assertThat(network.shape("layer3.0.add").dimension(0)).isEqualTo(4 * width);
  }

  @Test
  void shouldBuildEveryNetworkItNames() {
    for (var name : BuiltInNetworks.names()) {
      assertThat(BuiltInNetworks.network(name, 0, MNIST, 7).classes()).as(name).isEqualTo(7);
    }
  }

  @Test
  void shouldListTheKnownNetworksWhenItDoesNotKnowOne() {
    assertThatThrownBy(() -> BuiltInNetworks.network("resnet9000", 0, CIFAR, 10))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "There is no network 'resnet9000'; known are mlp, lenet5, small-cnn, resnet8, resnet20,"
                + " resnet32, resnet56.");
  }

  @Test
  void shouldRefuseWidthsAndClassesThatMakeNoNetwork() {
    assertThatThrownBy(() -> BuiltInNetworks.network("resnet8", -1, CIFAR, 10))
        .hasMessage(
            "Network 'resnet8' has no width -1; it must be 1 to 65536, or 0 for its default of 8.");
    assertThatThrownBy(() -> BuiltInNetworks.network("resnet8", 65_537, CIFAR, 10))
        .hasMessageContaining("no width 65537");
    assertThatThrownBy(() -> BuiltInNetworks.network("resnet8", 0, CIFAR, 1))
        .hasMessage("Network 'resnet8' cannot tell 1 classes apart; it must be at least 2.");
  }

  @Test
  void shouldNameTheNodeThatAnImageIsTooSmallFor() {
    assertThatThrownBy(() -> BuiltInNetworks.network("lenet5", 0, Shape.of(1, 8, 8), 10))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "Node 'conv2' (Conv): kernel [5, 5] with dilation [1, 1] does not fit its input"
                + " [6, 4, 4] with padding [0, 0].");
  }

  private static long elements(List<Parameter> parameters) {
    return parameters.stream().mapToLong(parameter -> parameter.shape().elements()).sum();
  }
}
