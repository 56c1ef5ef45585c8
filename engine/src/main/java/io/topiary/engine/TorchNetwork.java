package io.topiary.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
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
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A network whose parameters are tensors of PyTorch, owned by the session it was built in. */
final class TorchNetwork {
  private final TorchSession session;
  private final Network network;
  private final Map<String, PtNDArray> parameters = new LinkedHashMap<>();
  private final ForwardPlan plan;
  private final InPlaceRelu relu;

  /** Of padded average pools, by node: a node's images are all of one shape. */
  private final Map<String, PtNDArray> imageShares = new HashMap<>();

  TorchNetwork(TorchSession session, Weights weights) {
    this.session = session;
    network = weights.network();
    plan = ForwardPlan.of(network);
    relu = new InPlaceRelu(session.manager());
    for (Parameter parameter : network.parameters()) {
      long[] shape =
          parameter.shape().dimensions().stream().mapToLong(Integer::longValue).toArray();
      parameters.put(parameter.name(), tensor(weights.values(parameter), new Shape(shape)));
    }
  }

  /** Values as a tensor that lasts as long as the session. */
  PtNDArray tensor(FloatBuffer values, Shape shape) {
    if (session.onCpu()) {
      // In memory of PyTorch's own: it is aligned as its kernels like it best, and lasts as long
      // as any view of it, where Java's own goes with the tensor that it was made for.
      PtNDArray tensor = session.manager().create(shape, DataType.FLOAT32);
      memory(tensor).put(values);
      return tensor;
    }
    return session.manager().create(values, shape, DataType.FLOAT32);
  }

  /** Makes gradients of the trainable parameters, all 0, for backward passes to add to. */
  void requireGradients() {
    try (PtNDManager scratch = session.newScratch()) {
      for (Parameter parameter : network.trainable()) {
        PtNDArray tensor = tensor(parameter.name());
        tensor.setRequiresGradient(true);
        // PyTorch allocates a gradient in the first backward pass that reaches the parameter; this
        // one carries zeros.
        PtNDArray sum = JniUtils.sum(tensor);
        sum.attach(scratch);
        JniUtils.backward(sum, (PtNDArray) scratch.zeros(new Shape()), false, false);
      }
    }
  }

  /**
   * Class scores of a batch, [images, classes].
   *
   * @param batch [images, channels, height, width]; the scores join its manager
   * @param batchStatistics whether BatchNorm uses, and follows, the batch's own mean and variance,
   *     as in training, or its running statistics
   */
  PtNDArray forward(PtNDArray batch, boolean batchStatistics) {
    try (PtNDArray images = channelsLast(batch)) {
      return compute(images, batchStatistics);
    }
  }

  /** Lets the channels of convolutions run fastest in the memory of their weights. */
  void layChannelsLast() {
    for (Node node : network.nodes()) {
      if (node.operator() instanceof Conv) {
        String weight = node.name() + ".weight";
        replace(weight, channelsLast(tensor(weight)));
      }
    }
  }

  private PtNDArray compute(PtNDArray images, boolean batchStatistics) {
    Map<String, PtNDArray> outputs = new HashMap<>();
    PtNDArray last = images;
    outputs.put(Network.INPUT, images);
    for (Node node : plan.nodes()) {
      List<PtNDArray> inputs = node.inputs().stream().map(outputs::get).toList();
      last = apply(node, inputs, batchStatistics);
      outputs.put(node.name(), last);
      for (String read : plan.readLastBy().getOrDefault(node.name(), List.of())) {
        Objects.requireNonNull(outputs.remove(read), read).close();
      }
    }
    return last;
  }

  /**
   * The same batch, channels running fastest in memory: convolutions, BatchNorm and pools then work
   * on it as it lies, where they would otherwise bring every batch into another order and back.
   * What is computed from it lies like it.
   */
  static PtNDArray channelsLast(PtNDArray batch) {
    try (PtNDArray permuted = JniUtils.permute(batch, new long[] {0, 2, 3, 1});
        PtNDArray row = JniUtils.flatten(permuted, 0, -1);
        PtNDArray dense = JniUtils.reshape(row, permuted.getShape().getShape())) {
      return JniUtils.permute(dense, new long[] {0, 3, 1, 2});
    }
  }

  private PtNDArray apply(Node node, List<PtNDArray> inputs, boolean batchStatistics) {
    Operator operator = node.operator();
    PtNDArray x = inputs.get(0);
    if (operator instanceof Conv conv) {
      return JniUtils.convolution(
          x,
          tensor(node, "weight"),
          conv.bias() ? tensor(node, "bias") : null,
          shape(conv.stride()),
          shape(conv.padding()),
          shape(conv.dilation()),
          conv.groups());
    } else if (operator instanceof BatchNormalization normalization) {
      return JniUtils.batchNorm(
          x,
          tensor(node, "running_mean"),
          tensor(node, "running_var"),
          tensor(node, "weight"),
          tensor(node, "bias"),
          batchStatistics,
          normalization.momentum(),
          normalization.epsilon());
    } else if (operator instanceof Gemm gemm) {
      return JniUtils.linear(x, tensor(node, "weight"), gemm.bias() ? tensor(node, "bias") : null);
    }
    return withoutParameters(node, inputs);
  }

  private PtNDArray withoutParameters(Node node, List<PtNDArray> inputs) {
    Operator operator = node.operator();
    PtNDArray x = inputs.get(0);
    if (operator instanceof Relu) {
      return plan.inPlace().contains(node.name()) ? relu.apply(x) : JniUtils.relu(x);
    } else if (operator instanceof Add) {
      return add(node, x, inputs.get(1));
    } else if (operator instanceof MaxPool pool) {
      return JniUtils.maxPool(
          x, shape(pool.kernel()), shape(pool.stride()), shape(pool.padding()), false);
    } else if (operator instanceof AveragePool pool) {
      return average(node, pool, x);
    } else if (operator instanceof GlobalAveragePool) {
      return globalAverage(x);
    } else if (operator instanceof Flatten) {
      return JniUtils.flatten(x, 1, -1);
    } else if (operator instanceof Slice slice) {
      try (PtNDArray rows = JniUtils.slice(x, 2, 0, Long.MAX_VALUE, slice.steps().height())) {
        return JniUtils.slice(rows, 3, 0, Long.MAX_VALUE, slice.steps().width());
      }
    } else if (operator instanceof Pad pad) {
      // Pairs of before and after, from the last dimension to the channels.
      return JniUtils.pad(x, new long[] {0, 0, 0, 0, pad.channelsBefore(), pad.channelsAfter()}, 0);
    }
    throw new IllegalStateException(node + " has an operator that this engine cannot run.");
  }

  private PtNDArray add(Node sum, PtNDArray first, PtNDArray second) {
    if (plan.overFirst().contains(sum.name())) {
      JniUtils.addi(first, second);
      return first;
    }
    if (plan.overSecond().contains(sum.name())) {
      JniUtils.addi(second, first);
      return second;
    }
    return JniUtils.add(first, second);
  }

  /**
   * The mean over height and width, [images, channels, 1, 1], as PyTorch's adaptive average pool
   * sums and divides it. Its own backward pass divides every pixel's gradient, and brings gradients
   * of channels-last images into another order, which slows down the operators before it; here the
   * gradient is divided once for all pixels.
   */
  static PtNDArray globalAverage(PtNDArray x) {
    float pixels = x.getShape().get(2) * x.getShape().get(3);
    try (PtNDArray sum = JniUtils.sum(x, new long[] {2, 3}, true);
        PtNDArray count = (PtNDArray) x.getManager().create(pixels)) {
      return JniUtils.div(sum, count);
    }
  }

  private PtNDArray average(Node node, AveragePool pool, PtNDArray x) {
    PtNDArray mean = averageWithPadding(pool, x);
    if (pool.countIncludePad() || pool.padding().equals(Extent.square(0))) {
      return mean;
    }
    // DJL 0.35 passes countIncludePad on to its native library, which ignores it and counts padding
    // (torchNNAvgPool).
    return JniUtils.div(
        mean, imageShares.computeIfAbsent(node.name(), name -> imageShare(pool, x.getShape())));
  }

  /** The share of every window that is no padding: the mean, with padding, of ones. */
  private PtNDArray imageShare(AveragePool pool, Shape batch) {
    Shape image = new Shape(1, 1, batch.get(2), batch.get(3));
    try (PtNDArray ones = (PtNDArray) session.manager().ones(image)) {
      return averageWithPadding(pool, ones);
    }
  }

  private static PtNDArray averageWithPadding(AveragePool pool, PtNDArray x) {
    return JniUtils.avgPool(
        x, shape(pool.kernel()), shape(pool.stride()), shape(pool.padding()), false, true);
  }

  /** A parameter's tensor. */
  PtNDArray tensor(String parameter) {
    return Objects.requireNonNull(parameters.get(parameter), parameter);
  }

  /** Puts another tensor of the same shape in the place of a parameter's, which is closed. */
  void replace(String parameter, PtNDArray tensor) {
    tensor(parameter).close();
    parameters.put(parameter, tensor);
  }

  /**
   * The memory of a parameter's gradient itself. PyTorch gives a gradient the strides of its
   * parameter and accumulates into it in place
   * (https://pytorch.org/docs/stable/autograd.html#default-gradient-layouts), so it is one and the
   * same memory as long as the session lasts.
   */
  FloatBuffer gradientMemory(String parameter) {
    return memory(tensor(parameter).getGradient());
  }

  /** The values of a parameter as they are now. */
  FloatBuffer values(Parameter parameter) {
    return values(tensor(parameter.name()));
  }

  /** The values of a dense tensor of floats on the network's device. */
  FloatBuffer values(PtNDArray tensor) {
    return tensor.toByteBuffer(session.onCpu()).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  /** A copy of all parameters as they are now. */
  Weights weights() {
    return Weights.copyOf(network, this::values);
  }

  /** The memory of a dense tensor of floats itself. */
  static FloatBuffer memory(PtNDArray tensor) {
    return tensor.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private PtNDArray tensor(Node node, String suffix) {
    return tensor(node.name() + "." + suffix);
  }

  private static Shape shape(Extent extent) {
    return new Shape(extent.height(), extent.width());
  }
}
