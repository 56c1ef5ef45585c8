package io.topiary.engine;

import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.safetensors.SafetensorsException;
import io.topiary.sparsity.safetensors.SafetensorsFile;
import io.topiary.sparsity.safetensors.SafetensorsWriter;
import io.topiary.sparsity.safetensors.Tensor;
import io.topiary.sparsity.safetensors.TensorInfo;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The momentum buffers of a network's trainable parameters, each in the shape of its parameter:
 * what stochastic gradient descent carries from one step to the next, and from one phase of
 * retraining to the next. The learning rate is not inside. Immutable.
 */
public final class Momentum {
  private final Network network;
  private final ParameterValues buffers;

  private Momentum(Network network, ParameterValues buffers) {
    this.network = network;
    this.buffers = buffers;
  }

  /** Momentum before the first step: 0 all over. */
  static Momentum none(Network network) {
    return new Momentum(
        network,
        new ParameterValues(
            network.trainable(), parameter -> new float[ParameterValues.size(parameter)]));
  }

  /** Copies what lies in the given memory. */
  static Momentum copyOf(Network network, Function<Parameter, FloatBuffer> memory) {
    return new Momentum(network, ParameterValues.copyOf(network.trainable(), memory));
  }

  /**
   * Reads the momentum of a network's training from a safetensors file.
   *
   * @throws SafetensorsException if the file does not hold exactly one tensor for each of the
   *     network's trainable parameters, of its name and shape, as finite 32-bit floats
   */
  public static Momentum read(Network network, Path path) throws IOException {
    SafetensorsFile file = SafetensorsFile.open(path);
    Set<String> names =
        network.trainable().stream().map(Parameter::name).collect(Collectors.toSet());
    for (TensorInfo tensor : file.tensors()) {
      if (!names.contains(tensor.name())) {
        throw new SafetensorsException(
            "Tensor '%s' in %s is the momentum of no trainable parameter of network '%s'."
                .formatted(tensor.name(), path, network.name()));
      }
    }
    Momentum momentum =
        copyOf(network, parameter -> file.floats(parameter.name(), parameter.shape()));
    momentum
        .notFinite()
        .ifPresent(
            name -> {
              throw new SafetensorsException(
                  "Tensor '%s' in %s holds values that are no finite numbers."
                      .formatted(name, path));
            });
    return momentum;
  }

  /** Writes all buffers in the network's order; the same momentum makes the same bytes. */
  public void write(Path file) throws IOException {
    List<Tensor> tensors =
        network.trainable().stream()
            .map(parameter -> Tensor.floats(parameter.name(), parameter.shape(), values(parameter)))
            .toList();
    SafetensorsWriter.write(file, Map.of(), tensors);
  }

  /** The network whose training this is the momentum of. */
  public Network network() {
    return network;
  }

  /** A read-only view of one parameter's buffer, the last dimension running fastest. */
  public FloatBuffer values(Parameter parameter) {
    return buffers.of(parameter);
  }

  /** The first parameter whose buffer holds a NaN or an infinity. */
  Optional<String> notFinite() {
    return buffers.notFinite();
  }

  /**
   * This momentum with 0 wherever the mask is 0.
   *
   * @throws io.topiary.sparsity.mask.MaskException if the mask does not cover exactly the network's
   *     prunable tensors
   */
  public Momentum masked(Mask mask) {
    return new Momentum(network, buffers.masked(mask));
  }
}
