package io.topiary.engine;

import io.topiary.engine.random.RandomStream;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.safetensors.SafetensorsException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The values of all parameters of a network, running statistics included, as PyTorch's {@code
 * state_dict()} holds them. Immutable.
 */
public final class Weights {
  private final Network network;
  private final ParameterValues values;

  private Weights(Network network, ParameterValues values) {
    this.network = network;
    this.values = values;
  }

  /** Copies what lies in the given memory. */
  static Weights copyOf(Network network, Function<Parameter, FloatBuffer> memory) {
    return new Weights(network, ParameterValues.copyOf(network.parameters(), memory));
  }

  /**
   * Weights as PyTorch initialises its layers: weights and biases of convolutions and linear layers
   * uniform between -1/sqrt(fan-in) and 1/sqrt(fan-in), which for weights is {@code
   * kaiming_uniform_(a=sqrt(5))} (He, Zhang, Ren and Sun, 2015, arXiv 1502.01852); BatchNorm with
   * weight 1, bias 0, mean 0 and variance 1.
   */
  public static Weights initial(Network network, long seed) {
    RandomStream random = RandomStream.of(seed, RandomStream.INITIAL_WEIGHTS);
    Map<String, Double> bounds = new HashMap<>();
    for (Parameter weight : network.prunable()) {
      double fanIn = weight.shape().elements() / (double) weight.shape().dimension(0);
      bounds.put(node(weight), 1 / Math.sqrt(fanIn));
    }
    return new Weights(
        network,
        new ParameterValues(
            network.parameters(),
            parameter -> {
              float[] floats = new float[ParameterValues.size(parameter)];
              switch (parameter.role()) {
                case WEIGHT, BIAS -> {
                  double bound = bounds.getOrDefault(node(parameter), 0.0);
                  for (int i = 0; i < floats.length; i++) {
                    floats[i] = (float) (bound * (2 * random.nextDouble() - 1));
                  }
                }
                case NORM_WEIGHT, RUNNING_VAR -> Arrays.fill(floats, 1);
                case NORM_BIAS, RUNNING_MEAN -> Arrays.fill(floats, 0);
              }
              return floats;
            }));
  }

  /**
   * Reads a network's weights from a safetensors file.
   *
   * @throws SafetensorsException if the file does not hold exactly the network's parameters as
   *     finite 32-bit floats, running variances at least 0
   */
  public static Weights read(Network network, Path path) throws IOException {
    return of(network, CheckpointFile.open(path, network), path);
  }

  /**
   * Reads a network's weights from a file that is open.
   *
   * @param path what it was opened from
   * @throws SafetensorsException as {@link #read} does
   */
  public static Weights of(Network network, CheckpointFile file, Path path) {
    Weights weights = copyOf(network, file::values);
    weights
        .notFinite()
        .ifPresent(
            name -> {
              throw new SafetensorsException(
                  "Tensor '%s' in %s holds values that are no finite numbers."
                      .formatted(name, path));
            });
    weights
        .negativeVariance()
        .ifPresent(
            name -> {
              throw new SafetensorsException(
                  "Tensor '%s' in %s holds variances below 0; a variance must be at least 0."
                      .formatted(name, path));
            });
    return weights;
  }

  /** Writes all parameters in the network's order; the same weights make the same bytes. */
  public void write(Path file, Map<String, String> metadata) throws IOException {
    CheckpointFile.write(file, network, metadata, this::values);
  }

  /** The same bytes to a channel, which stays open. */
  public void write(WritableByteChannel out, Map<String, String> metadata) throws IOException {
    CheckpointFile.write(out, network, metadata, this::values);
  }

  /** The network that these are the weights of. */
  public Network network() {
    return network;
  }

  /** A read-only view of one parameter's values, the last dimension running fastest. */
  public FloatBuffer values(Parameter parameter) {
    return values.of(parameter);
  }

  /**
   * These weights with 0 wherever the mask is 0.
   *
   * @throws io.topiary.sparsity.mask.MaskException if the mask does not cover exactly the network's
   *     prunable tensors
   */
  public Weights masked(Mask mask) {
    return new Weights(network, values.masked(mask));
  }

  /** The mask under which those prunable weights live that are not 0. */
  Mask nonZero() {
    Map<String, BitMask> tensors = new LinkedHashMap<>();
    for (Parameter parameter : network.prunable()) {
      FloatBuffer floats = values(parameter);
      BitSet alive = new BitSet(floats.remaining());
      for (int i = 0; i < floats.limit(); i++) {
        alive.set(i, floats.get(i) != 0);
      }
      tensors.put(parameter.name(), BitMask.of(parameter.shape(), alive));
    }
    return new Mask(tensors);
  }

  /** Zeros over elements of the prunable tensors. */
  public double sparsity() {
    long elements = 0;
    long zeros = 0;
    for (Parameter parameter : network.prunable()) {
      FloatBuffer floats = values(parameter);
      elements += floats.remaining();
      while (floats.hasRemaining()) {
        zeros += floats.get() == 0 ? 1 : 0;
      }
    }
    return elements == 0 ? 0 : zeros / (double) elements;
  }

  /** The first parameter that holds a NaN or an infinity. */
  Optional<String> notFinite() {
    return values.notFinite();
  }

  /** BatchNorm takes the square root of its running variance, which would make every score NaN. */
  private Optional<String> negativeVariance() {
    return network.parameters().stream()
        .filter(parameter -> parameter.role() == Parameter.Role.RUNNING_VAR)
        .filter(parameter -> holdsNegative(values(parameter)))
        .map(Parameter::name)
        .findFirst();
  }

  private static boolean holdsNegative(FloatBuffer floats) {
    while (floats.hasRemaining()) {
      if (floats.get() < 0) {
        return true;
      }
    }
    return false;
  }

  /** The node that a parameter belongs to. */
  private static String node(Parameter parameter) {
    return parameter.name().substring(0, parameter.name().lastIndexOf('.'));
  }
}
