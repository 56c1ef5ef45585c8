package io.topiary.sparsity.network;

import static io.topiary.sparsity.network.Parameter.Role.BIAS;
import static io.topiary.sparsity.network.Parameter.Role.NORM_BIAS;
import static io.topiary.sparsity.network.Parameter.Role.NORM_WEIGHT;
import static io.topiary.sparsity.network.Parameter.Role.RUNNING_MEAN;
import static io.topiary.sparsity.network.Parameter.Role.RUNNING_VAR;
import static io.topiary.sparsity.network.Parameter.Role.WEIGHT;
import static io.topiary.sparsity.network.Requirements.atLeast;
import static io.topiary.sparsity.network.Requirements.image;
import static io.topiary.sparsity.network.Requirements.require;
import static io.topiary.sparsity.network.Requirements.vector;

import java.util.List;

/**
 * What a node computes. Operators carry the names and the meaning that <a
 * href="https://onnx.ai/onnx/operators/">ONNX</a> gives them; shapes are those of one image,
 * without the batch.
 */
public sealed interface Operator {

  /** Its name in ONNX and in the JSON form of a network. */
  default String name() {
    return getClass().getSimpleName();
  }

  /** How many inputs it reads. */
  default int arity() {
    return 1;
  }

  /**
   * The shape that comes out.
   *
   * @throws NetworkException when the inputs do not fit
   */
  Shape output(List<Shape> inputs);

  /** The parameters of a node of that name whose first input has the given shape. */
  default List<Parameter> parameters(String node, Shape input) {
    return List.of();
  }

  /**
   * Convolution over {@code [channels, height, width]}. With kernel k, stride s, padding p on
   * either side and dilation d, a side of length n becomes {@code floor((n + 2 p - d (k - 1) - 1) /
   * s) + 1}.
   */
  record Conv(
      int outChannels,
      Extent kernel,
      Extent stride,
      Extent padding,
      Extent dilation,
      int groups,
      boolean bias)
      implements Operator {

    public Conv {
      atLeast(1, "outChannels", outChannels);
      atLeast(1, "kernel", kernel);
      atLeast(1, "stride", stride);
      atLeast(1, "dilation", dilation);
      atLeast(1, "groups", groups);
      require(
          outChannels % groups == 0,
          "groups %d does not divide outChannels %d".formatted(groups, outChannels));
    }

    /** A square kernel without dilation or groups. */
    public static Conv square(int outChannels, int kernel, int stride, int padding, boolean bias) {
      return new Conv(
          outChannels,
          Extent.square(kernel),
          Extent.square(stride),
          Extent.square(padding),
          Extent.square(1),
          1,
          bias);
    }

    @Override
    public Shape output(List<Shape> inputs) {
      var input = image(inputs.get(0));
      require(
          input.dimension(0) % groups == 0,
          "groups %d does not divide the %d channels of its input"
              .formatted(groups, input.dimension(0)));
      return Window.slide(outChannels, input, kernel, stride, padding, dilation);
    }

    @Override
    public List<Parameter> parameters(String node, Shape input) {
      var inChannels = input.dimension(0) / groups;
      var weight =
          Parameter.of(node, WEIGHT, outChannels, inChannels, kernel.height(), kernel.width());
      return bias ? List.of(weight, Parameter.of(node, BIAS, outChannels)) : List.of(weight);
    }
  }

  /**
   * Batch normalisation of every channel: {@code (x - mean) / sqrt(var + epsilon) * weight + bias}.
   *
   * @param momentum as PyTorch means it, {@code running = (1 - momentum) running + momentum batch};
   *     ONNX's attribute is its complement
   */
  record BatchNormalization(double epsilon, double momentum) implements Operator {

    public BatchNormalization {
      require(
          epsilon > 0 && Double.isFinite(epsilon),
          "epsilon is %s; it must be a finite number above 0".formatted(epsilon));
      require(
          momentum > 0 && momentum <= 1,
          "momentum is %s; it must be in (0, 1]".formatted(momentum));
    }

    /** Epsilon 1e-5 and momentum 0.1, PyTorch's defaults. */
    public static BatchNormalization withDefaults() {
      return new BatchNormalization(1e-5, 0.1);
    }

    @Override
    public Shape output(List<Shape> inputs) {
      var input = inputs.get(0);
      return input.rank() == 1 ? input : image(input);
    }

    @Override
    public List<Parameter> parameters(String node, Shape input) {
      var channels = input.dimension(0);
      return List.of(
          Parameter.of(node, NORM_WEIGHT, channels),
          Parameter.of(node, NORM_BIAS, channels),
          Parameter.of(node, RUNNING_MEAN, channels),
          Parameter.of(node, RUNNING_VAR, channels));
    }
  }

  /** {@code max(x, 0)}. */
  record Relu() implements Operator {

    @Override
    public Shape output(List<Shape> inputs) {
      return inputs.get(0);
    }
  }

  /** The sum of two tensors of one shape; there is no broadcasting. */
  record Add() implements Operator {

    @Override
    public int arity() {
      return 2;
    }

    @Override
    public Shape output(List<Shape> inputs) {
      var first = inputs.get(0);
      var second = inputs.get(1);
      require(
          first.equals(second),
          "its inputs have shapes %s and %s; they must agree".formatted(first, second));
      return first;
    }
  }

  /** The largest value under a window; padding never wins. */
  record MaxPool(Extent kernel, Extent stride, Extent padding) implements Operator {

    public MaxPool {
      Window.ofPool(kernel, stride, padding);
    }

    /** A square window that does not overlap and is not padded. */
    public static MaxPool square(int side) {
      return new MaxPool(Extent.square(side), Extent.square(side), Extent.square(0));
    }

    @Override
    public Shape output(List<Shape> inputs) {
      var input = image(inputs.get(0));
      return Window.slide(input.dimension(0), input, kernel, stride, padding, Extent.square(1));
    }
  }

  /**
   * The mean of the values under a window.
   *
   * @param countIncludePad whether padding counts as zeros in the mean or is left out of it
   */
  record AveragePool(Extent kernel, Extent stride, Extent padding, boolean countIncludePad)
      implements Operator {

    public AveragePool {
      Window.ofPool(kernel, stride, padding);
    }

    @Override
    public Shape output(List<Shape> inputs) {
      var input = image(inputs.get(0));
      return Window.slide(input.dimension(0), input, kernel, stride, padding, Extent.square(1));
    }
  }

  /** The mean of every channel: {@code [channels, 1, 1]}. */
  record GlobalAveragePool() implements Operator {

    @Override
    public Shape output(List<Shape> inputs) {
      return Shape.of(image(inputs.get(0)).dimension(0), 1, 1);
    }
  }

  /** All elements in one row, the last dimension running fastest. */
  record Flatten() implements Operator {

    @Override
    public Shape output(List<Shape> inputs) {
      var elements = inputs.get(0).elements();
      require(
          elements <= Integer.MAX_VALUE,
          "%d elements are too many for one row".formatted(elements));
      return Shape.of((int) elements);
    }
  }

  /** A linear layer: {@code weight x + bias}. */
  record Gemm(int outFeatures, boolean bias) implements Operator {

    public Gemm {
      atLeast(1, "outFeatures", outFeatures);
    }

    @Override
    public Shape output(List<Shape> inputs) {
      vector(inputs.get(0));
      return Shape.of(outFeatures);
    }

    @Override
    public List<Parameter> parameters(String node, Shape input) {
      var weight = Parameter.of(node, WEIGHT, outFeatures, input.dimension(0));
      return bias ? List.of(weight, Parameter.of(node, BIAS, outFeatures)) : List.of(weight);
    }
  }

  /**
   * Every n-th row and column from the first on: {@code x[:, ::height, ::width]}. ONNX's Slice over
   * the two axes of the image, from start to end.
   */
  record Slice(Extent steps) implements Operator {

    public Slice {
      atLeast(1, "steps", steps);
    }

    @Override
    public Shape output(List<Shape> inputs) {
      var input = image(inputs.get(0));
      return Shape.of(
          input.dimension(0),
          kept(input.dimension(1), steps.height()),
          kept(input.dimension(2), steps.width()));
    }

    private static int kept(int length, int step) {
      return (length - 1) / step + 1;
    }
  }

  /** Channels of zeros before and after those of the input. ONNX's Pad along the channel axis. */
  record Pad(int channelsBefore, int channelsAfter) implements Operator {

    public Pad {
      atLeast(0, "channelsBefore", channelsBefore);
      atLeast(0, "channelsAfter", channelsAfter);
    }

    @Override
    public Shape output(List<Shape> inputs) {
      var input = image(inputs.get(0));
      var channels = (long) channelsBefore + input.dimension(0) + channelsAfter;
      require(channels <= Integer.MAX_VALUE, "%d channels are too many".formatted(channels));
      return Shape.of((int) channels, input.dimension(1), input.dimension(2));
    }
  }
}
