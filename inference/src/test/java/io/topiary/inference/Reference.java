package io.topiary.inference;

import io.topiary.sparsity.network.Extent;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator.Add;
import io.topiary.sparsity.network.Operator.AveragePool;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Operator.GlobalAveragePool;
import io.topiary.sparsity.network.Operator.MaxPool;
import io.topiary.sparsity.network.Operator.Pad;
import io.topiary.sparsity.network.Operator.Relu;
import io.topiary.sparsity.network.Operator.Slice;
import io.topiary.sparsity.network.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What a network means, node by node and place by place, in double precision. */
final class Reference {

  private final Network network;
  private final RandomWeights weights;
  private final Map<String, Shape> shapes;

  Reference(Network network, RandomWeights weights) {
    this.network = network;
    this.weights = weights;
    this.shapes = network.shapes();
  }

  double[] predict(float[] image) {
    var values = new HashMap<String, double[]>();
    var input = new double[image.length];
    Arrays.setAll(input, i -> image[i]);
    values.put(Network.INPUT, input);
    for (var node : network.nodes()) {
      var in = node.inputs().stream().map(values::get).toArray(double[][]::new);
      values.put(node.name(), compute(node, in));
    }
    return values.get(network.output().name());
  }

  private double[] compute(Node node, double[][] in) {
    var shape = shapes.get(node.inputs().get(0));
    var out = shapes.get(node.name());
    var operator = node.operator();
    if (operator instanceof Conv conv) {
      return conv(node, conv, in[0], shape, out);
    } else if (operator instanceof Gemm) {
      return gemm(node, in[0], out);
    } else if (operator instanceof BatchNormalization normalization) {
      return normalized(node, normalization, in[0], shape);
    } else if (operator instanceof Relu) {
      return Arrays.stream(in[0]).map(x -> Math.max(x, 0)).toArray();
    } else if (operator instanceof Add) {
      var sum = in[0].clone();
      Arrays.setAll(sum, i -> in[0][i] + in[1][i]);
      return sum;
    } else if (operator instanceof Flatten) {
      return in[0];
    } else if (operator instanceof GlobalAveragePool) {
      var whole = new Extent(shape.dimension(1), shape.dimension(2));
      return pooled(in[0], shape, out, whole, whole, Extent.square(0), Pooled.MEAN);
    } else if (operator instanceof MaxPool p) {
      return pooled(in[0], shape, out, p.kernel(), p.stride(), p.padding(), Pooled.MAX);
    } else if (operator instanceof AveragePool p) {
      var kind = p.countIncludePad() ? Pooled.MEAN_WITH_PADDING : Pooled.MEAN;
      return pooled(in[0], shape, out, p.kernel(), p.stride(), p.padding(), kind);
    } else if (operator instanceof Slice slice) {
      return every(
          out,
          (c, y, x) -> at(in[0], shape, c, y * slice.steps().height(), x * slice.steps().width()));
    } else {
      var before = ((Pad) operator).channelsBefore();
      return every(out, (c, y, x) -> at(in[0], shape, c - before, y, x));
    }
  }

  private double[] conv(Node node, Conv conv, double[] in, Shape shape, Shape out) {
    var weight = weights.of(node, 0, shape);
    var channels = shape.dimension(0) / conv.groups();
    var outputs = conv.outChannels() / conv.groups();
    var k = conv.kernel();
    return every(
        out,
        (o, y, x) -> {
          var sum = conv.bias() ? weights.of(node, 1, shape)[o] : 0.0;
          for (var c = 0; c < channels; c++) {
            for (var i = 0; i < k.height(); i++) {
              for (var j = 0; j < k.width(); j++) {
                var w = weight[((o * channels + c) * k.height() + i) * k.width() + j];
                sum +=
                    w
                        * at(
                            in,
                            shape,
                            o / outputs * channels + c,
                            y * conv.stride().height()
                                + i * conv.dilation().height()
                                - conv.padding().height(),
                            x * conv.stride().width()
                                + j * conv.dilation().width()
                                - conv.padding().width());
              }
            }
          }
          return sum;
        });
  }

  private double[] gemm(Node node, double[] in, Shape out) {
    var shape = Shape.of(in.length);
    var weight = weights.of(node, 0, shape);
    var sums = new double[out.dimension(0)];
    for (var o = 0; o < sums.length; o++) {
      sums[o] = ((Gemm) node.operator()).bias() ? weights.of(node, 1, shape)[o] : 0;
      for (var i = 0; i < in.length; i++) {
        sums[o] += weight[o * in.length + i] * in[i];
      }
    }
    return sums;
  }

  private double[] normalized(Node node, BatchNormalization norm, double[] in, Shape shape) {
    var weight = weights.of(node, 0, shape);
    var bias = weights.of(node, 1, shape);
    var mean = weights.of(node, 2, shape);
    var variance = weights.of(node, 3, shape);
    var out = new double[in.length];
    var plane = in.length / shape.dimension(0);
    for (var i = 0; i < in.length; i++) {
      var c = i / plane;
      out[i] = (in[i] - mean[c]) / Math.sqrt(variance[c] + norm.epsilon()) * weight[c] + bias[c];
    }
    return out;
  }

  private enum Pooled {
    MAX,
    MEAN,
    MEAN_WITH_PADDING
  }

  private static double[] pooled(
      double[] in,
      Shape shape,
      Shape out,
      Extent kernel,
      Extent stride,
      Extent padding,
      Pooled kind) {
    return every(
        out,
        (c, y, x) -> {
          var max = Double.NEGATIVE_INFINITY;
          var sum = 0.0;
          var count = 0;
          for (var i = 0; i < kernel.height(); i++) {
            for (var j = 0; j < kernel.width(); j++) {
              var row = y * stride.height() + i - padding.height();
              var column = x * stride.width() + j - padding.width();
              if (inside(shape, c, row, column)) {
                max = Math.max(max, at(in, shape, c, row, column));
                sum += at(in, shape, c, row, column);
                count++;
              }
            }
          }
          return switch (kind) {
            case MAX -> max;
            case MEAN -> sum / count;
            case MEAN_WITH_PADDING -> sum / (kernel.height() * kernel.width());
          };
        });
  }

  private interface Place {
    double value(int c, int y, int x);
  }

  private static double[] every(Shape shape, Place place) {
    var values = new double[(int) shape.elements()];
    var next = 0;
    for (var c = 0; c < shape.dimension(0); c++) {
      for (var y = 0; y < shape.dimension(1); y++) {
        for (var x = 0; x < shape.dimension(2); x++) {
          values[next++] = place.value(c, y, x);
        }
      }
    }
    return values;
  }

  private static boolean inside(Shape shape, int c, int y, int x) {
    return c >= 0
        && c < shape.dimension(0)
        && y >= 0
        && y < shape.dimension(1)
        && x >= 0
        && x < shape.dimension(2);
  }

  private static double at(double[] in, Shape shape, int c, int y, int x) {
    return inside(shape, c, y, x) ? in[(c * shape.dimension(1) + y) * shape.dimension(2) + x] : 0;
  }
}
