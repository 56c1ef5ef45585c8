package io.topiary.sparsity.network;

import static io.topiary.sparsity.network.Requirements.image;
import static io.topiary.sparsity.network.Requirements.require;

import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Operator.MaxPool;
import java.util.List;

/**
 * VGG-16 of Simonyan and Zisserman, 2015, Very Deep Convolutional Networks for Large-Scale Image
 * Recognition, ICLR, table 1 D (arXiv 1409.1556), with batch normalisation after each convolution
 * and with the names of torchvision's {@code vgg16_bn}: thirteen 3x3 convolutions with biases in
 * five stages, each of which ends with max pooling that halves the image.
 */
final class Vgg {

  private static final List<Integer> CONVOLUTIONS = List.of(2, 2, 3, 3, 3);
  private static final int WIDEST = 8;
  private static final int HIDDEN = 64;
  private static final int POOLED = 7;

  private Vgg() {}

  /**
   * As for ImageNet, with three linear layers, the hidden ones 64 times as wide as the first stage.
   * torchvision pools what the convolutions yield to 7x7, which changes nothing for the images it
   * is made for; this network takes only those. Dropout between the linear layers is left out.
   */
  static List<Node> vgg16(Shape input, int width, int classes) {
    require(
        halved(image(input).dimension(1)) == POOLED && halved(input.dimension(2)) == POOLED,
        "it takes images whose sides are 224 to 255, which its five poolings make 7x7, and not %s"
                .formatted(input)
            + (isForCifar(input) ? "; vgg16-bn-cifar takes them" : ""));
    return features(width)
        .then("flatten", new Flatten())
        .then("classifier.0", new Gemm(HIDDEN * width, true))
        .relu("classifier.1")
        .then("classifier.3", new Gemm(HIDDEN * width, true))
        .relu("classifier.4")
        .then("classifier.6", new Gemm(classes, true))
        .nodes();
  }

  /** As for CIFAR: the mean of every channel, which is one pixel there, and one linear layer. */
  static List<Node> vgg16ForCifar(Shape input, int width, int classes) {
    require(
        isForCifar(image(input)),
        "it takes images whose sides are at least 32, for its five poolings to halve, and not %s"
            .formatted(input));
    return features(width).classifier("classifier", classes).nodes();
  }

  /** Nodes numbered through as torchvision numbers them. */
  private static Graph features(int width) {
    var graph = new Graph();
    var index = 0;
    for (var stage = 0; stage < CONVOLUTIONS.size(); stage++) {
      var channels = width * Math.min(1 << stage, WIDEST);
      for (var i = 0; i < CONVOLUTIONS.get(stage); i++) {
        graph
            .then("features." + index++, Conv.square(channels, 3, 1, 1, true))
            .then("features." + index++, BatchNormalization.withDefaults())
            .relu("features." + index++);
      }
      graph.then("features." + index++, MaxPool.square(2));
    }
    return graph;
  }

  private static boolean isForCifar(Shape image) {
    return halved(image.dimension(1)) >= 1 && halved(image.dimension(2)) >= 1;
  }

  private static int halved(int side) {
    return side >> CONVOLUTIONS.size();
  }
}
