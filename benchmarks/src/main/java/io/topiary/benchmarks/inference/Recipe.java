package io.topiary.benchmarks.inference;

import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Shape;

/**
 * How a network is trained before it is pruned: long enough that its weights are those of a network
 * that has learned, and briefly enough that all of them take minutes.
 *
 * @param name of a built-in network
 * @param cifar whether it is known for images of 3 x 32 x 32, and not of 1 x 28 x 28
 * @param iterations of 64 images
 */
record Recipe(String name, boolean cifar, int iterations, double rate) {

  static Recipe of(String network) {
    return switch (network) {
      case "mlp" -> new Recipe(network, false, 2_000, 0.1);
      case "resnet8" -> new Recipe(network, false, 1_000, 0.2);
      case "resnet20" -> new Recipe(network, true, 2_000, 0.1);
      case "resnet18-cifar" -> new Recipe(network, true, 300, 0.05);
      case "vgg16-bn-cifar" -> new Recipe(network, true, 400, 0.02);
      default ->
          throw new IllegalArgumentException(
              "There is no recipe for '%s'; there is one for mlp, resnet8, resnet20, resnet18-cifar and vgg16-bn-cifar."
                  .formatted(network));
    };
  }

  Network network() {
    return BuiltInNetworks.network(name, 0, cifar ? Shape.of(3, 32, 32) : Shape.of(1, 28, 28), 10);
  }
}
