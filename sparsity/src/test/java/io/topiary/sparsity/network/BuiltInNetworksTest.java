package io.topiary.sparsity.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuiltInNetworksTest {

  private static final Shape CIFAR = Shape.of(3, 32, 32);
  private static final Shape MNIST = Shape.of(1, 28, 28);

  // The residual networks of width 16 are the 0.27M, 0.46M and 0.85M of He et al., 2016, table 6;
  // those for ImageNet and VGG-16 have the counts that torchvision prints for them.
  @ParameterizedTest
  @CsvSource({
    "mlp,            1,  28,   10,    407050,    406528",
    "lenet5,         1,  28,   10,     61706,     61470",
    "small-cnn,      1,  28,   10,     24058,     23824",
    "resnet8,        1,  28,   10,     19074,     18824",
    "resnet20,       3,  32,   10,    269722,    268336",
    "resnet32,       3,  32,   10,    464154,    461872",
    "resnet56,       3,  32,   10,    853018,    848944",
    "resnet18-cifar, 3,  32,   10,  11173962,  11164352",
    "resnet18,       3, 224, 1000,  11689512,  11678912",
    "resnet50,       3, 224, 1000,  25557032,  25502912",
    "wrn-28-10,      3,  32,  100,  36546980,  36518832",
    "vgg16-bn-cifar, 3,  32,   10,  14728266,  14715584",
    "vgg16-bn,       3, 224, 1000, 138365992, 138344128",
  })
  void shouldHaveAsManyParametersAsPublished(
      String name, int channels, int side, int classes, long trainable, long prunable) {
    // When
    var network = BuiltInNetworks.network(name, 0, Shape.of(channels, side, side), classes);

    // Then
    assertThat(elements(network.trainable())).isEqualTo(trainable);
    assertThat(elements(network.prunable())).isEqualTo(prunable);
    assertThat(network.classes()).isEqualTo(classes);
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20,        32,   10",
    "resnet56,        32,   10",
    "resnet18-cifar,  32,   10",
    "resnet18,       224, 1000",
    "resnet50,       224, 1000",
    "wrn-28-10,       32,  100",
    "vgg16-bn-cifar,  32,   10",
    "vgg16-bn,       224, 1000",
  })
  void shouldHaveTheStateOfTheSameNetworkInPyTorch(String name, int side, int classes)
      throws IOException {
    // When
    var network = BuiltInNetworks.network(name, 0, Shape.of(3, side, side), classes);

    // Then every tensor has its name, its shape and its place
    assertThat(network.parameters())
        .extracting(parameter -> parameter.name() + " " + parameter.shape())
        .containsExactlyElementsOf(ReferenceState.of(name).tensors());
  }

  @ParameterizedTest
  @CsvSource({
    "mlp,       1, 28",
    "lenet5,    1, 28",
    "small-cnn, 1, 28",
    "resnet8,   1, 28",
    "resnet32,  3, 32",
  })
  void shouldHaveTheStateThatFilesOfItHave(String name, int channels, int side) throws IOException {
    // When
    var network = BuiltInNetworks.network(name, 0, Shape.of(channels, side, side), 10);

    // Then every tensor has its name, its shape and its place
    var reference = ReferenceState.of(name);
    assertThat(network.parameters())
        .extracting(parameter -> parameter.name() + " " + parameter.shape())
        .containsExactlyElementsOf(reference.tensors());
    assertThat(Flops.of(network).dense()).isEqualTo(reference.multiplyAdds());
  }

  @Test
  void shouldHalveTheImageInTheMiddleOfABottleneck() {
    // When
    var shapes = BuiltInNetworks.network("resnet50", 4, Shape.of(3, 64, 64), 10).shapes();

    // Then
    assertThat(shapes)
        .containsEntry("conv1", Shape.of(4, 32, 32))
        .containsEntry("maxpool", Shape.of(4, 16, 16))
        .containsEntry("layer1.0.downsample.0", Shape.of(16, 16, 16))
        .containsEntry("layer2.0.conv1", Shape.of(8, 16, 16))
        .containsEntry("layer2.0.conv2", Shape.of(8, 8, 8))
        .containsEntry("layer2.0.conv3", Shape.of(32, 8, 8))
        .containsEntry("layer4.2.relu", Shape.of(128, 2, 2));
  }

  @Test
  void shouldNormaliseBeforeItConvolvesInAWideResidualNetwork() {
    // When
    var network = BuiltInNetworks.network("wrn-28-10", 32, Shape.of(3, 32, 32), 10);

    // Then
    assertThat(network.nodes())
        .extracting(Node::name)
        .startsWith("conv1", "layer1.0.bn1", "layer1.0.relu1", "layer1.0.conv1", "layer1.0.bn2")
        .contains("layer1.0.shortcut.0", "layer2.0.shortcut.0")
        .doesNotContain("layer1.1.shortcut.0");
    assertThat(network.shapes())
        .containsEntry("conv1", Shape.of(16, 32, 32))
        .containsEntry("layer1.3.add", Shape.of(32, 32, 32))
        .containsEntry("layer3.3.add", Shape.of(128, 8, 8));
  }

  @Test
  void shouldSayWhichImagesVggTakes() {
    assertThatThrownBy(() -> BuiltInNetworks.network("vgg16-bn", 0, CIFAR, 10))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "Network 'vgg16-bn': it takes images whose sides are 224 to 255, which its five"
                + " poolings make 7x7, and not [3, 32, 32]; vgg16-bn-cifar takes them.");
    assertThatThrownBy(() -> BuiltInNetworks.network("vgg16-bn", 0, MNIST, 10))
        .hasMessageEndingWith("and not [1, 28, 28].");
    assertThatThrownBy(() -> BuiltInNetworks.network("vgg16-bn", 0, Shape.of(3, 224, 256), 10))
        .hasMessageContaining("and not [3, 224, 256]");
    assertThatThrownBy(() -> BuiltInNetworks.network("vgg16-bn-cifar", 0, MNIST, 10))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "Network 'vgg16-bn-cifar': it takes images whose sides are at least 32, for its five"
                + " poolings to halve, and not [1, 28, 28].");
    assertThatThrownBy(() -> BuiltInNetworks.network("vgg16-bn", 0, Shape.of(784), 10))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "Network 'vgg16-bn': its input has shape [784]; it must be [channels, height, width].");
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
    var photograph = Shape.of(3, 224, 224);
    for (var name : BuiltInNetworks.names()) {
      assertThat(BuiltInNetworks.network(name, 1, photograph, 7).classes()).as(name).isEqualTo(7);
    }
  }

  @Test
  void shouldNameWhatTheWidestNetworksHaveTooMuchOf() {
    var photograph = Shape.of(3, 224, 224);
    for (var name : BuiltInNetworks.names()) {
      assertThatThrownBy(() -> BuiltInNetworks.network(name, 1 << 16, photograph, 7))
          .as(name)
          .isInstanceOf(NetworkException.class)
          .hasMessageStartingWith("Network '%s' of width 65536: Node '", name)
          .hasMessageEndingWith("elements; it must have at most 536870911.");
    }
    assertThatThrownBy(() -> BuiltInNetworks.network("mlp", 1 << 16, photograph, 7))
        .hasMessage(
            "Network 'mlp' of width 65536: Node 'fc1' (Gemm): its parameter 'fc1.weight' has shape"
                + " [65536, 150528] and so 9865003008 elements; it must have at most 536870911.");
  }

  @Test
  void shouldListTheKnownNetworksWhenItDoesNotKnowOne() {
    assertThatThrownBy(() -> BuiltInNetworks.network("resnet9000", 0, CIFAR, 10))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "There is no network 'resnet9000'; known are mlp, lenet5, small-cnn, resnet8, resnet20,"
                + " resnet32, resnet56, resnet18-cifar, resnet18, resnet50, wrn-28-10,"
                + " vgg16-bn-cifar, vgg16-bn.");
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
