package io.topiary.cli.options;

import io.topiary.sparsity.network.NetworkSource;
import io.topiary.sparsity.network.NetworkSource.BuiltIn;
import io.topiary.sparsity.network.Shape;

/** The images that a built-in network is known for; docs/NETWORKS.md lists them. */
record UsualImages(Shape image, int classes) {

  private static final UsualImages MNIST = new UsualImages(Shape.of(1, 28, 28), 10);
  private static final UsualImages CIFAR_10 = new UsualImages(Shape.of(3, 32, 32), 10);
  private static final UsualImages CIFAR_100 = new UsualImages(Shape.of(3, 32, 32), 100);
  private static final UsualImages IMAGENET = new UsualImages(Shape.of(3, 224, 224), 1_000);

  /** A network of one's own says itself what it is for; MNIST's stand for what is not asked. */
  static UsualImages of(NetworkSource source) {
    if (!(source instanceof BuiltIn network)) {
      return MNIST;
    }
    return switch (network.name()) {
      case "resnet18", "resnet50", "vgg16-bn" -> IMAGENET;
      case "wrn-28-10" -> CIFAR_100;
      case "resnet20", "resnet32", "resnet56", "resnet18-cifar", "vgg16-bn-cifar" -> CIFAR_10;
      default -> MNIST;
    };
  }
}
