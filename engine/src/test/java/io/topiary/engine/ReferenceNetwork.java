package io.topiary.engine;

import io.topiary.sparsity.network.Extent;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator;
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
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs a network on one image with the plainest loops there are, to hold the engine against. */
final class ReferenceNetwork {
  private final Network network;
  private final Map<String, double[]> parameters = new HashMap<>();

  ReferenceNetwork(Weights weights) {
    network = weights.network();
    for (Parameter parameter : network.parameters()) {
      double[] values = new double[Math.toIntExact(parameter.shape().elements())];
      Arrays.setAll(values, weights.values(parameter)::get);
      parameters.put(parameter.name(), values);
    }
  }

  double[] scores(double[] image) {
    Map<String, Image> outputs = new HashMap<>();
    outputs.put(Network.INPUT, new Image(network.input(), image));
    Image last = new Image(network.input(), image);
    Map<String, Shape> shapes = network.shapes();
    for (Node node : network.nodes()) {
      List<Image> inputs = node.inputs().stream().map(outputs::get).toList();
      last = new Image(shapes.get(node.name()), new double[elements(shapes.get(node.name()))]);
      run(node, inputs, last);
      outputs.put(node.name(), last);
    }
    return last.values;
  }

  private void run(Node node, List<Image> inputs, Image out) {
    Operator operator = node.operator();
    Image x = inputs.get(0);
    if (operator instanceof Conv conv) {
      convolve(conv, node.name(), x, out);
    } else if (operator instanceof Gemm gemm) {
      multiply(gemm, node.name(), x, out);
    } else if (operator instanceof BatchNormalization norm) {
      normalise(norm, node.name(), x, out);
    } else if (operator instanceof Relu) {
      Arrays.setAll(out.values, i -> Math.max(0, x.values[i]));
    } else if (operator instanceof Add) {
      Arrays.setAll(out.values, i -> x.values[i] + inputs.get(1).values[i]);
    } else if (operator instanceof Flatten) {
      Arrays.setAll(out.values, i -> x.values[i]);
    } else {
      runSpatial(operator, x, out);
    }
  }

  private static void runSpatial(Operator operator, Image x, Image out) {
    for (int c = 0; c < out.channels(); c++) {
      for (int row = 0; row < out.height(); row++) {
        for (int column = 0; column < out.width(); column++) {
          out.set(c, row, column, at(operator, x, c, row, column));
        }
      }
    }
  }

  private static double at(Operator operator, Image x, int c, int row, int column) {
    if (operator instanceof MaxPool pool) {
      return window(x, c, row, column, pool.kernel(), pool.stride(), pool.padding())[0];
    } else if (operator instanceof AveragePool pool) {
      double[] window = window(x, c, row, column, pool.kernel(), pool.stride(), pool.padding());
      int area = pool.kernel().height() * pool.kernel().width();
      return window[1] / (pool.countIncludePad() ? area : window[2]);
    } else if (operator instanceof GlobalAveragePool) {
      Extent all = new Extent(x.height(), x.width());
      return window(x, c, 0, 0, all, all, Extent.square(0))[1] / (x.height() * x.width());
    } else if (operator instanceof Slice slice) {
      return x.get(c, row * slice.steps().height(), column * slice.steps().width());
    } else if (operator instanceof Pad pad) {
      int channel = c - pad.channelsBefore();
      return channel >= 0 && channel < x.channels() ? x.get(channel, row, column) : 0;
    }
    throw new AssertionError(operator);
  }

  /** Maximum, sum and number of the pixels under a window. */
  private static double[] window(
      Image x, int c, int row, int column, Extent kernel, Extent stride, Extent padding) {
    double[] result = {Double.NEGATIVE_INFINITY, 0, 0};
    for (int i = 0; i < kernel.height(); i++) {
      for (int j = 0; j < kernel.width(); j++) {
        int y = row * stride.height() - padding.height() + i;
        int z = column * stride.width() - padding.width() + j;
        if (x.contains(y, z)) {
          result[0] = Math.max(result[0], x.get(c, y, z));
          result[1] += x.get(c, y, z);
          result[2]++;
        }
      }
    }
    return result;
  }

  private void convolve(Conv conv, String node, Image x, Image out) {
    double[] weight = parameters.get(node + ".weight");
    int in = x.channels() / conv.groups();
    Extent k = conv.kernel();
    for (int c = 0; c < out.channels(); c++) {
      int firstIn = c / (out.channels() / conv.groups()) * in;
      for (int row = 0; row < out.height(); row++) {
        for (int column = 0; column < out.width(); column++) {
          double sum = conv.bias() ? parameters.get(node + ".bias")[c] : 0;
          for (int w = 0; w < in * k.height() * k.width(); w++) {
            int i = w / k.width() % k.height();
            int j = w % k.width();
            int y = row * conv.stride().height() - conv.padding().height();
            int z = column * conv.stride().width() - conv.padding().width();
            y += i * conv.dilation().height();
            z += j * conv.dilation().width();
            if (x.contains(y, z)) {
              int channel = firstIn + w / (k.height() * k.width());
              sum += weight[c * in * k.height() * k.width() + w] * x.get(channel, y, z);
            }
          }
          out.set(c, row, column, sum);
        }
      }
    }
  }

  private void multiply(Gemm gemm, String node, Image x, Image out) {
    double[] weight = parameters.get(node + ".weight");
    for (int o = 0; o < gemm.outFeatures(); o++) {
      double sum = gemm.bias() ? parameters.get(node + ".bias")[o] : 0;
      for (int i = 0; i < x.values.length; i++) {
        sum += weight[o * x.values.length + i] * x.values[i];
      }
      out.values[o] = sum;
    }
  }

  private void normalise(BatchNormalization norm, String node, Image x, Image out) {
    int pixels = x.values.length / x.shape.dimension(0);
    for (int i = 0; i < x.values.length; i++) {
      int c = i / pixels;
      double deviation = Math.sqrt(parameters.get(node + ".running_var")[c] + norm.epsilon());
      out.values[i] =
          (x.values[i] - parameters.get(node + ".running_mean")[c])
                  / deviation
                  * parameters.get(node + ".weight")[c]
              + parameters.get(node + ".bias")[c];
    }
  }

  private static int elements(Shape shape) {
    return Math.toIntExact(shape.elements());
  }

  /** Values of one tensor, channel by channel and row by row. */
  private static final class Image {
    private final Shape shape;
    private final double[] values;

    private Image(Shape shape, double[] values) {
      this.shape = shape;
      this.values = values;
    }

    private int channels() {
      return shape.dimension(0);
    }

    private int height() {
      return shape.dimension(1);
    }

    private int width() {
      return shape.dimension(2);
    }

    private boolean contains(int row, int column) {
      return row >= 0 && row < height() && column >= 0 && column < width();
    }

    private double get(int channel, int row, int column) {
      return values[(channel * height() + row) * width() + column];
    }

    private void set(int channel, int row, int column, double value) {
      values[(channel * height() + row) * width() + column] = value;
    }
  }
}
