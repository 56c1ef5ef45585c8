package io.topiary.sparsity.network;

import io.topiary.sparsity.network.Operator.Add;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import java.util.List;

/**
 * The wide residual networks of Zagoruyko and Komodakis, 2016, Wide Residual Networks, BMVC (arXiv
 * 1605.07146), with pre-activation: batch normalisation and ReLU come before each convolution.
 * Three stages of n blocks of two 3x3 convolutions, 6n + 4 layers in all; where shapes differ, the
 * shortcut is a 1x1 convolution.
 *
 * <p>Names and structure are those of the widespread PyTorch version of it, <a
 * href="https://github.com/meliketoy/wide-resnet.pytorch">meliketoy/wide-resnet.pytorch</a>, so
 * that its weights fit. It differs from the paper in three points: convolutions have biases, the
 * second convolution of a block halves the image rather than the first, which takes more
 * multiply-adds, and the shortcut reads the block's input before its normalisation. Dropout between
 * the two convolutions is left out.
 */
final class WideResNet {

  private static final int STAGES = 3;
  private static final int BLOCKS_PER_STAGE = 4;
  private static final int STEM = 16;

  private final Graph graph = new Graph();
  private int channels = STEM;

  private WideResNet() {
    graph.then("conv1", Conv.square(STEM, 3, 1, 1, true));
  }

  /** Of 28 layers; the width is that of the first stage, 16 times the widening factor. */
  static List<Node> wrn28(int width, int classes) {
    var network = new WideResNet();
    for (var stage = 0; stage < STAGES; stage++) {
      for (var i = 0; i < BLOCKS_PER_STAGE; i++) {
        var stride = stage > 0 && i == 0 ? 2 : 1;
        network.add("layer" + (stage + 1) + "." + i, width << stage, stride);
      }
    }
    return network
        .graph
        .then("bn1", BatchNormalization.withDefaults())
        .relu("relu")
        .classifier("linear", classes)
        .nodes();
  }

  private void add(String name, int width, int stride) {
    var input = graph.last();
    var shortcut = input;
    graph
        .then(name + ".bn1", BatchNormalization.withDefaults())
        .relu(name + ".relu1")
        .then(name + ".conv1", Conv.square(width, 3, 1, 1, true))
        .then(name + ".bn2", BatchNormalization.withDefaults())
        .relu(name + ".relu2")
        .then(name + ".conv2", Conv.square(width, 3, stride, 1, true));
    var main = graph.last();
    if (stride > 1 || channels != width) {
      graph.from(input).then(name + ".shortcut.0", Conv.square(width, 1, stride, 0, true));
      shortcut = graph.last();
    }
    graph.add(name + ".add", new Add(), main, shortcut);
    channels = width;
  }
}
