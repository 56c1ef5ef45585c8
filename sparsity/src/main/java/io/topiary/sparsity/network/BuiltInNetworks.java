package io.topiary.sparsity.network;

import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Operator.MaxPool;
import java.util.List;

/** The networks that go by a name, for images of any shape that they can take. */
public final class BuiltInNetworks {

  private static final int WIDEST = 1 << 16;

  private static final List<Architecture> ARCHITECTURES =
      List.of(
          new Architecture("mlp", 512, BuiltInNetworks::mlp),
          new Architecture("lenet5", 6, BuiltInNetworks::lenet5),
          new Architecture("small-cnn", 16, BuiltInNetworks::smallCnn),
          new Architecture("resnet8", 8, CifarResNet::resnet8),
          new Architecture("resnet20", 16, CifarResNet::resnet20),
          new Architecture("resnet32", 16, CifarResNet::resnet32),
          new Architecture("resnet56", 16, CifarResNet::resnet56),
          new Architecture("resnet18-cifar", 64, ImageNetResNet::resnet18ForCifar),
          new Architecture("resnet18", 64, ImageNetResNet::resnet18),
          new Architecture("resnet50", 64, ImageNetResNet::resnet50),
          new Architecture("wrn-28-10", 160, WideResNet::wrn28),
          new Architecture("vgg16-bn-cifar", 64, Vgg::vgg16ForCifar),
          new Architecture("vgg16-bn", 64, Vgg::vgg16));

  private BuiltInNetworks() {}

  /** The names that {@link #network} knows, small networks before large ones. */
  public static List<String> names() {
    return ARCHITECTURES.stream().map(Architecture::name).toList();
  }

  /**
   * A network by name.
   *
   * @param width channels of the first stage of the residual networks and VGG and of the first
   *     convolution of the others, hidden units for {@code mlp}; 0 stands for the network's own
   *     default
   * @param input shape of one image, {@code [channels, height, width]}
   * @throws NetworkException when there is no such network, or when it cannot be had like that
   */
  public static Network network(String name, int width, Shape input, int classes) {
    var architecture = architecture(name);
    if (width < 0 || width > WIDEST) {
      throw new NetworkException(
          "Network '%s' has no width %d; it must be 1 to %d, or 0 for its default of %d."
              .formatted(name, width, WIDEST, architecture.defaultWidth));
    }
    if (classes < 2) {
      throw new NetworkException(
          "Network '%s' cannot tell %d classes apart; it must be at least 2."
              .formatted(name, classes));
    }
    var channels = width == 0 ? architecture.defaultWidth : width;
    var nodes = architecture.nodes(input, channels, classes);
    try {
      return new Network(name, input, nodes);
    } catch (NetworkException e) {
      // What does not fit may be the width that somebody asked for.
      throw width == 0
          ? e
          : new NetworkException(
              "Network '%s' of width %d: %s".formatted(name, width, e.getMessage()), e);
    }
  }

  /** The width that a network has if it is not told another. */
  static int defaultWidth(String name) {
    return architecture(name).defaultWidth;
  }

  private static Architecture architecture(String name) {
    return ARCHITECTURES.stream()
        .filter(known -> known.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new NetworkException(
                    "There is no network '%s'; known are %s."
                        .formatted(name, String.join(", ", names()))));
  }

  /** One hidden layer: 784-512-10 on the images of MNIST. */
  private static List<Node> mlp(int width, int classes) {
    return new Graph()
        .then("flatten", new Flatten())
        .then("fc1", new Gemm(width, true))
        .relu("relu1")
        .then("fc2", new Gemm(classes, true))
        .nodes();
  }

  /**
   * LeNet-5 as it is built today, with ReLU and max pooling, after LeCun, Bottou, Bengio and
   * Haffner, 1998, Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 86(11). Its
   * layers keep their proportions, 6 : 16 : 120 : 84, at every width.
   */
  private static List<Node> lenet5(int width, int classes) {
    return new Graph()
        .then("conv1", Conv.square(width, 5, 1, 2, true))
        .relu("relu1")
        .then("pool1", MaxPool.square(2))
        .then("conv2", Conv.square(width * 16 / 6, 5, 1, 0, true))
        .relu("relu2")
        .then("pool2", MaxPool.square(2))
        .then("flatten", new Flatten())
        .then("fc1", new Gemm(width * 20, true))
        .relu("relu3")
        .then("fc2", new Gemm(width * 14, true))
        .relu("relu4")
        .then("fc3", new Gemm(classes, true))
        .nodes();
  }

  /** Three normalised convolutions, the image halved and the channels doubled between them. */
  private static List<Node> smallCnn(int width, int classes) {
    return new Graph()
        .convolution("conv1", "bn1", width, 1)
        .relu("relu1")
        .then("pool1", MaxPool.square(2))
        .convolution("conv2", "bn2", 2 * width, 1)
        .relu("relu2")
        .then("pool2", MaxPool.square(2))
        .convolution("conv3", "bn3", 4 * width, 1)
        .relu("relu3")
        .classifier("fc", classes)
        .nodes();
  }

  private record Architecture(String name, int defaultWidth, Layers layers) {

    Architecture(String name, int defaultWidth, LayersOfAnyImage layers) {
      this(name, defaultWidth, (input, width, classes) -> layers.nodes(width, classes));
    }

    List<Node> nodes(Shape input, int width, int classes) {
      try {
        return layers.nodes(input, width, classes);
      } catch (NetworkException e) {
        throw new NetworkException("Network '%s': %s".formatted(name, e.getMessage()), e);
      }
    }
  }

  private interface Layers {
    List<Node> nodes(Shape input, int width, int classes);
  }

  private interface LayersOfAnyImage {
    List<Node> nodes(int width, int classes);
  }
}
