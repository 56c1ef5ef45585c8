package io.topiary.sparsity.network;

import io.topiary.sparsity.network.Operator.Add;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.MaxPool;
import java.util.List;

/**
 * The residual networks of He, Zhang, Ren and Sun, 2016, Deep Residual Learning for Image
 * Recognition, CVPR, table 1 (arXiv 1512.03385), with the names and the structure of torchvision's
 * {@code resnet18} and {@code resnet50}: four stages, the image halved and the channels doubled
 * between them; where shapes differ, the shortcut is a 1x1 convolution with batch normalisation
 * (option B). A bottleneck that halves the image does so in its 3x3 convolution ("v1.5"), not in
 * the 1x1 convolution before it.
 */
final class ImageNetResNet {

  private static final int STAGES = 4;
  private static final int EXPANSION = 4;

  private final Graph graph = new Graph();
  private final Block block;
  private int channels;

  private ImageNetResNet(Stem stem, Block block, int width) {
    this.block = block;
    stem.add(graph, width);
    channels = width;
  }

  /** What comes before the stages. */
  private enum Stem {
    /** For large images: a 7x7 convolution and max pooling, each halving the image. */
    IMAGENET {
      @Override
      void add(Graph graph, int width) {
        graph
            .then("conv1", Conv.square(width, 7, 2, 3, false))
            .then("bn1", BatchNormalization.withDefaults())
            .relu("relu")
            .then("maxpool", new MaxPool(Extent.square(3), Extent.square(2), Extent.square(1)));
      }
    },

    /** For small images: a 3x3 convolution. */
    CIFAR {
      @Override
      void add(Graph graph, int width) {
        graph.convolution("conv1", "bn1", width, 1).relu("relu");
      }
    };

    abstract void add(Graph graph, int width);
  }

  /** What the stages consist of. */
  private enum Block {
    /** Two 3x3 convolutions, the first of which may halve the image. */
    BASIC(1) {
      @Override
      void add(Graph graph, String name, int width, int stride) {
        graph
            .convolution(name + ".conv1", name + ".bn1", width, stride)
            .relu(name + ".relu1")
            .convolution(name + ".conv2", name + ".bn2", width, 1);
      }
    },

    /** A 3x3 convolution, which may halve the image, between two 1x1 convolutions. */
    BOTTLENECK(EXPANSION) {
      @Override
      void add(Graph graph, String name, int width, int stride) {
        graph
            .pointwise(name + ".conv1", name + ".bn1", width, 1)
            .relu(name + ".relu1")
            .convolution(name + ".conv2", name + ".bn2", width, stride)
            .relu(name + ".relu2")
            .pointwise(name + ".conv3", name + ".bn3", EXPANSION * width, 1);
      }
    };

    private final int expansion;

    Block(int expansion) {
      this.expansion = expansion;
    }

    abstract void add(Graph graph, String name, int width, int stride);
  }

  static List<Node> resnet18(int width, int classes) {
    return nodes(Stem.IMAGENET, Block.BASIC, List.of(2, 2, 2, 2), width, classes);
  }

  static List<Node> resnet18ForCifar(int width, int classes) {
    return nodes(Stem.CIFAR, Block.BASIC, List.of(2, 2, 2, 2), width, classes);
  }

  static List<Node> resnet50(int width, int classes) {
    return nodes(Stem.IMAGENET, Block.BOTTLENECK, List.of(3, 4, 6, 3), width, classes);
  }

  /** Width is that of the stem and, before any expansion, of the first stage. */
  private static List<Node> nodes(
      Stem stem, Block block, List<Integer> blocks, int width, int classes) {
    var network = new ImageNetResNet(stem, block, width);
    for (var stage = 0; stage < STAGES; stage++) {
      for (var i = 0; i < blocks.get(stage); i++) {
        var stride = stage > 0 && i == 0 ? 2 : 1;
        network.add("layer" + (stage + 1) + "." + i, width << stage, stride);
      }
    }
    return network.graph.classifier("fc", classes).nodes();
  }

  private void add(String name, int width, int stride) {
    var input = graph.last();
    var shortcut = input;
    block.add(graph, name, width, stride);
    var main = graph.last();
    var expanded = block.expansion * width;
    if (stride > 1 || channels != expanded) {
      graph.from(input).pointwise(name + ".downsample.0", name + ".downsample.1", expanded, stride);
      shortcut = graph.last();
    }
    graph.add(name + ".add", new Add(), main, shortcut).relu(name + ".relu");
    channels = expanded;
  }
}
