package io.topiary.sparsity.network;

import io.topiary.sparsity.network.Operator.Add;
import io.topiary.sparsity.network.Operator.Pad;
import io.topiary.sparsity.network.Operator.Slice;
import java.util.List;

/**
 * The residual networks for small images of He, Zhang, Ren and Sun, 2016, Deep Residual Learning
 * for Image Recognition, CVPR, section 4.2 (arXiv 1512.03385): three stages of n blocks of two
 * convolutions, 6n + 2 layers in all, the image halved and the channels doubled from stage to
 * stage. Shortcuts have no parameters (option A): where shapes differ, every second row and column
 * is taken and channels of zeros are added on either side.
 */
final class CifarResNet {

  private static final int STAGES = 3;

  private CifarResNet() {}

  static List<Node> resnet8(int width, int classes) {
    return nodes(1, width, classes);
  }

  static List<Node> resnet20(int width, int classes) {
    return nodes(3, width, classes);
  }

  static List<Node> resnet32(int width, int classes) {
    return nodes(5, width, classes);
  }

  static List<Node> resnet56(int width, int classes) {
    return nodes(9, width, classes);
  }

  private static List<Node> nodes(int blocksPerStage, int width, int classes) {
    var graph = new Graph().convolution("conv1", "bn1", width, 1).relu("relu1");
    for (var stage = 1; stage <= STAGES; stage++) {
      var channels = width << (stage - 1);
      for (var block = 0; block < blocksPerStage; block++) {
        var name = "layer" + stage + "." + block;
        if (stage > 1 && block == 0) {
          halvingBlock(graph, name, channels);
        } else {
          block(graph, name, channels, 1, graph.last(), graph.last());
        }
      }
    }
    return graph.classifier("linear", classes).nodes();
  }

  private static void halvingBlock(Graph graph, String name, int channels) {
    var input = graph.last();
    var added = channels / 2;
    graph
        .then(name + ".shortcut.slice", new Slice(Extent.square(2)))
        .then(name + ".shortcut.pad", new Pad(added / 2, added - added / 2));
    block(graph, name, channels, 2, input, graph.last());
  }

  private static void block(
      Graph graph, String name, int channels, int stride, String input, String shortcut) {
    graph
        .from(input)
        .convolution(name + ".conv1", name + ".bn1", channels, stride)
        .relu(name + ".relu1")
        .convolution(name + ".conv2", name + ".bn2", channels, 1)
        .add(name + ".add", new Add(), name + ".bn2", shortcut)
        .relu(name + ".relu2");
  }
}
