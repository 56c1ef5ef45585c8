package io.topiary.sparsity.checkpoint;

import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.mask.MaskException;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.safetensors.SafetensorsException;
import io.topiary.sparsity.safetensors.SafetensorsFile;
import io.topiary.sparsity.safetensors.SafetensorsWriter;
import io.topiary.sparsity.safetensors.Tensor;
import io.topiary.sparsity.selection.NonFiniteWeightException;
import io.topiary.sparsity.selection.PrunableTensor;
import io.topiary.sparsity.selection.RelativeNormDrop;
import io.topiary.sparsity.selection.Selection;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The state of a network in a safetensors file: every parameter as {@code F32} under its PyTorch
 * name and in its PyTorch shape, and nothing else but the counters of batches that PyTorch keeps,
 * which are ignored. A file that exists as an instance of this class fits its network.
 */
public final class CheckpointFile {

  /**
   * A counter that PyTorch keeps in every batch normalisation; only its momentum-free mode reads
   * it.
   */
  private static final String IGNORED_SUFFIX = ".num_batches_tracked";

  private final Network network;
  private final SafetensorsFile file;

  private CheckpointFile(Network network, SafetensorsFile file) {
    this.network = network;
    this.file = file;
  }

  /**
   * Opens a network's weights.
   *
   * @throws SafetensorsException when the file is damaged, or holds other tensors than the network
   *     has
   */
  public static CheckpointFile open(Path path, Network network) throws IOException {
    var file = SafetensorsFile.open(path);
    var parameters = network.parameters();
    parameters.forEach(parameter -> file.floats(parameter.name(), parameter.shape()));
    var names = parameters.stream().map(Parameter::name).collect(Collectors.toSet());
    for (var tensor : file.tensors()) {
      if (!names.contains(tensor.name()) && !tensor.name().endsWith(IGNORED_SUFFIX)) {
        throw new SafetensorsException(
            "Tensor '%s' in %s belongs to no node of network '%s'."
                .formatted(tensor.name(), path, network.name()));
      }
    }
    return new CheckpointFile(network, file);
  }

  /** Writes a network's state, given every parameter's elements: the same state, the same bytes. */
  public static void write(
      Path path,
      Network network,
      Map<String, String> metadata,
      Function<Parameter, FloatBuffer> values)
      throws IOException {
    var tensors =
        network.parameters().stream()
            .map(
                parameter ->
                    Tensor.floats(parameter.name(), parameter.shape(), values.apply(parameter)))
            .toList();
    SafetensorsWriter.write(path, metadata, tensors);
  }

  /** What the writer noted beside the weights. */
  public Map<String, String> metadata() {
    return file.metadata();
  }

  /** The elements of one of the network's parameters, read-only. */
  public FloatBuffer values(Parameter parameter) {
    return file.floats(parameter.name(), parameter.shape());
  }

  /**
   * The tensors that can be pruned, in the network's order.
   *
   * @param alive the weights that earlier pruning has left
   * @throws MaskException when the mask covers other tensors
   */
  public List<PrunableTensor> prunable(Mask alive) {
    var prunable = network.prunable();
    alive.requireCovers(prunable);
    return prunable.stream()
        .map(
            parameter ->
                new PrunableTensor(
                    parameter.name(), file.bytes(parameter.name()), alive.tensor(parameter.name())))
        .toList();
  }

  /**
   * How much of the network's norm a selection from {@link #prunable} takes away. The norm is that
   * of all weights and biases, those of normalisation layers included and running statistics not.
   *
   * @see RelativeNormDrop
   * @throws NonFiniteWeightException when a bias is NaN or infinite
   */
  public double relativeNormDrop(Selection selection) {
    return selection.relativeNormDrop(
        squaredNorm(parameter -> parameter.role().trainable() && !parameter.role().prunable()));
  }

  /**
   * The sum of squares over all weights and biases, those of normalisation layers included and
   * running statistics not.
   *
   * @throws NonFiniteWeightException when one of them is NaN or infinite
   */
  public double squaredNorm() {
    return squaredNorm(parameter -> parameter.role().trainable());
  }

  private double squaredNorm(Predicate<Parameter> counted) {
    return network.parameters().stream()
        .filter(counted)
        .mapToDouble(parameter -> RelativeNormDrop.squaredNorm(parameter.name(), values(parameter)))
        .sum();
  }
}
