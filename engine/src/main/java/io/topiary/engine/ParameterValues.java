package io.topiary.engine;

import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Parameter;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** One float for every element of some parameters of a network. Immutable. */
final class ParameterValues {
  private final List<Parameter> parameters;
  private final Map<String, FloatBuffer> values = new HashMap<>();

  /** Keeps the arrays, which nobody else may write to any more. */
  ParameterValues(List<Parameter> parameters, Function<Parameter, float[]> values) {
    this.parameters = List.copyOf(parameters);
    for (Parameter parameter : parameters) {
      FloatBuffer floats = FloatBuffer.wrap(values.apply(parameter)).asReadOnlyBuffer();
      this.values.put(parameter.name(), floats);
    }
  }

  /** Copies what lies in the given memory. */
  static ParameterValues copyOf(
      List<Parameter> parameters, Function<Parameter, FloatBuffer> memory) {
    return new ParameterValues(
        parameters,
        parameter -> {
          float[] copy = new float[size(parameter)];
          memory.apply(parameter).get(0, copy);
          return copy;
        });
  }

  /** A read-only view of one parameter's values, the last dimension running fastest. */
  FloatBuffer of(Parameter parameter) {
    FloatBuffer floats = values.get(parameter.name());
    if (floats == null) {
      throw new IllegalArgumentException(
          "There are no values of a parameter '%s'.".formatted(parameter.name()));
    }
    return floats.duplicate();
  }

  /**
   * The same with 0 wherever the mask is 0.
   *
   * @throws io.topiary.sparsity.mask.MaskException if the mask does not cover exactly those of the
   *     parameters that can be pruned
   */
  ParameterValues masked(Mask mask) {
    mask.requireCovers(
        parameters.stream().filter(parameter -> parameter.role().prunable()).toList());
    return new ParameterValues(
        parameters,
        parameter -> {
          float[] floats = new float[size(parameter)];
          of(parameter).get(floats);
          if (parameter.role().prunable()) {
            mask.tensor(parameter.name()).applyTo(FloatBuffer.wrap(floats));
          }
          return floats;
        });
  }

  /** The first parameter that holds a NaN or an infinity. */
  Optional<String> notFinite() {
    return parameters.stream()
        .filter(parameter -> !finite(of(parameter)))
        .map(Parameter::name)
        .findFirst();
  }

  private static boolean finite(FloatBuffer floats) {
    while (floats.hasRemaining()) {
      if (!Float.isFinite(floats.get())) {
        return false;
      }
    }
    return true;
  }

  /**
   * How many values a parameter has: at most {@link
   * io.topiary.sparsity.network.Network#MOST_ELEMENTS}, as no network has a larger one.
   */
  static int size(Parameter parameter) {
    return Math.toIntExact(parameter.shape().elements());
  }
}
