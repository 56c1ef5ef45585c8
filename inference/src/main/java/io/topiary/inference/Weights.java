package io.topiary.inference;

import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Parameter.Role;
import io.topiary.sparsity.network.Shape;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** The parameters of a network, as the operations of its stages need them. */
record Weights(Function<Parameter, FloatBuffer> values) {

  /** A convolution or linear layer, without what follows it. */
  Operation layer(Node node, Shape input) {
    var parameters = node.operator().parameters(node.name(), input);
    var weight = elements(parameters.get(0));
    if (node.operator() instanceof Conv conv) {
      var bias = conv.bias() ? elements(parameters.get(1)) : new float[conv.outChannels()];
      return new Operation.Convolution(conv, Phases.of(conv), weight, bias);
    }
    var gemm = (Gemm) node.operator();
    var bias = gemm.bias() ? elements(parameters.get(1)) : new float[gemm.outFeatures()];
    return new Operation.Linear(weight, bias);
  }

  /** Normalisation by running statistics is one factor and one summand for each channel. */
  Operation.Affine affine(Node node, BatchNormalization normalization, Shape input) {
    var parameters = normalization.parameters(node.name(), input);
    var weight = elements(role(parameters, Role.NORM_WEIGHT));
    var bias = elements(role(parameters, Role.NORM_BIAS));
    var mean = elements(role(parameters, Role.RUNNING_MEAN));
    var var = elements(role(parameters, Role.RUNNING_VAR));
    var scale = new float[weight.length];
    var shift = new float[weight.length];
    for (var i = 0; i < scale.length; i++) {
      if (var[i] < 0) {
        throw new InferenceException(
            "Element %d of parameter '%s' is %s; a variance must be at least 0."
                .formatted(i, role(parameters, Role.RUNNING_VAR).name(), var[i]));
      }
      var factor = weight[i] / Math.sqrt(var[i] + normalization.epsilon());
      scale[i] = (float) factor;
      shift[i] = (float) (bias[i] - mean[i] * factor);
    }
    return new Operation.Affine(scale, shift);
  }

  static Operation.Affine identity(Shape shape) {
    var scale = new float[shape.dimension(0)];
    Arrays.fill(scale, 1);
    return new Operation.Affine(scale, new float[scale.length]);
  }

  /** The layer that does what a layer and the normalisation after it do. */
  static Operation folded(Operation layer, Operation.Affine affine) {
    if (layer instanceof Operation.Convolution convolution) {
      return new Operation.Convolution(
          convolution.conv(),
          convolution.phases(),
          scaled(convolution.weight(), affine),
          shifted(convolution.bias(), affine));
    }
    var linear = (Operation.Linear) layer;
    return new Operation.Linear(scaled(linear.weight(), affine), shifted(linear.bias(), affine));
  }

  private static float[] scaled(float[] weight, Operation.Affine affine) {
    var scaled = weight.clone();
    var row = weight.length / affine.scale().length;
    for (var i = 0; i < scaled.length; i++) {
      scaled[i] *= affine.scale()[i / row];
    }
    return scaled;
  }

  private static float[] shifted(float[] bias, Operation.Affine affine) {
    var shifted = new float[bias.length];
    for (var i = 0; i < bias.length; i++) {
      shifted[i] = bias[i] * affine.scale()[i] + affine.shift()[i];
    }
    return shifted;
  }

  private static Parameter role(List<Parameter> parameters, Role role) {
    return parameters.stream().filter(p -> p.role() == role).findFirst().orElseThrow();
  }

  private float[] elements(Parameter parameter) {
    var buffer = values.apply(parameter).duplicate();
    if (buffer.remaining() != parameter.shape().elements()) {
      throw new InferenceException(
          "Parameter '%s' has %d elements; its shape %s needs %d."
              .formatted(
                  parameter.name(),
                  buffer.remaining(),
                  parameter.shape(),
                  parameter.shape().elements()));
    }
    var elements = new float[buffer.remaining()];
    buffer.get(elements);
    for (var i = 0; i < elements.length; i++) {
      if (!Float.isFinite(elements[i])) {
        throw new InferenceException(
            "Element %d of parameter '%s' is %s; weights must be finite."
                .formatted(i, parameter.name(), elements[i]));
      }
    }
    return elements;
  }
}
