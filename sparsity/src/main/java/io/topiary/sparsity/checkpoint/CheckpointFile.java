package io.topiary.sparsity.checkpoint;

import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.mask.MaskException;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.NetworkException;
import io.topiary.sparsity.network.NetworkJson;
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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The state of a network in a safetensors file: every parameter as {@code F32} under its PyTorch
 * name and in its PyTorch shape, and nothing else but the counters of batches that PyTorch keeps,
 * which are ignored. Weights may instead be stored as their values that are not 0 and a bit mask,
 * in the {@code sparse-bitmask} layout of the compressed-tensors project; a reader sees no
 * difference. A file that exists as an instance of this class fits its network.
 *
 * <p>What is written here carries the network's graph along, as JSON, in the metadata {@value
 * #NETWORK}: such a file can be opened by whoever knows nothing else.
 */
public final class CheckpointFile {

  /** The metadata that holds the network's graph. */
  public static final String NETWORK = "topiary.network";

  /**
   * A counter that PyTorch keeps in every batch normalisation; only its momentum-free mode reads
   * it.
   */
  private static final String IGNORED_SUFFIX = ".num_batches_tracked";

  private final Network network;
  private final SafetensorsFile file;
  private final Map<String, ByteBuffer> decompressed;

  private CheckpointFile(
      Network network, SafetensorsFile file, Map<String, ByteBuffer> decompressed) {
    this.network = network;
    this.file = file;
    this.decompressed = decompressed;
  }

  /**
   * Opens the weights of the network that the file itself describes.
   *
   * @throws SafetensorsException when the file is damaged, describes no network, or holds other
   *     tensors than its network has
   */
  public static CheckpointFile open(Path path) throws IOException {
    var file = SafetensorsFile.open(path);
    return open(path, file, network(path, file));
  }

  /**
   * Opens a network's weights; what the file says of its network does not matter.
   *
   * @throws SafetensorsException when the file is damaged, or holds other tensors than the network
   *     has
   */
  public static CheckpointFile open(Path path, Network network) throws IOException {
    return open(path, SafetensorsFile.open(path), network);
  }

  private static CheckpointFile open(Path path, SafetensorsFile file, Network network) {
    var known = new HashSet<String>();
    var decompressed = new HashMap<String, ByteBuffer>();
    for (var parameter : network.parameters()) {
      var name = parameter.name();
      known.add(name);
      if (BitmaskTensor.isIn(file, name)) {
        if (file.tensor(name).isPresent()) {
          throw new SafetensorsException(
              "Tensor '%s' is in %s twice, dense and compressed; it must be there once."
                  .formatted(name, path));
        }
        known.addAll(BitmaskTensor.parts(name));
        decompressed.put(name, decompress(path, file, parameter));
      } else {
        file.floats(name, parameter.shape());
      }
    }
    for (var tensor : file.tensors()) {
      if (!known.contains(tensor.name()) && !tensor.name().endsWith(IGNORED_SUFFIX)) {
        throw new SafetensorsException(
            "Tensor '%s' in %s belongs to no node of network '%s'."
                .formatted(tensor.name(), path, network.name()));
      }
    }
    return new CheckpointFile(network, file, decompressed);
  }

  private static ByteBuffer decompress(Path path, SafetensorsFile file, Parameter parameter) {
    try {
      return BitmaskTensor.decompress(file, parameter.name(), parameter.shape());
    } catch (SafetensorsException e) {
      throw new SafetensorsException(
          "%s holds no valid compressed '%s': %s".formatted(path, parameter.name(), e.getMessage()),
          e);
    }
  }

  /**
   * The network that a file of weights describes.
   *
   * @throws SafetensorsException when the file is damaged or describes no network
   */
  public static Network network(Path path) throws IOException {
    return network(path, SafetensorsFile.open(path));
  }

  /**
   * Whether a file of weights says what network they are of.
   *
   * @throws SafetensorsException when the file is damaged
   */
  public static boolean describesNetwork(Path path) throws IOException {
    return SafetensorsFile.open(path).metadata().containsKey(NETWORK);
  }

  private static Network network(Path path, SafetensorsFile file) {
    var json = file.metadata().get(NETWORK);
    if (json == null) {
      throw new SafetensorsException(
          "%s does not say what network its weights are of: it has no metadata '%s'; the network must be given."
              .formatted(path, NETWORK));
    }
    try {
      return NetworkJson.read(json);
    } catch (NetworkException e) {
      throw new SafetensorsException(
          "%s has metadata '%s' that is no network: %s".formatted(path, NETWORK, e.getMessage()),
          e);
    }
  }

  /**
   * Writes a network's state, given every parameter's elements: the same state, the same bytes.
   *
   * @param metadata what else to note, the network's graph excepted
   */
  public static void write(
      Path path,
      Network network,
      Map<String, String> metadata,
      Function<Parameter, FloatBuffer> values)
      throws IOException {
    SafetensorsWriter.write(path, noted(network, metadata), tensors(network, values));
  }

  /** The same bytes to a channel, which stays open. */
  public static void write(
      WritableByteChannel out,
      Network network,
      Map<String, String> metadata,
      Function<Parameter, FloatBuffer> values)
      throws IOException {
    SafetensorsWriter.write(out, noted(network, metadata), tensors(network, values));
  }

  private static List<Tensor> tensors(Network network, Function<Parameter, FloatBuffer> values) {
    return network.parameters().stream()
        .map(
            parameter ->
                Tensor.floats(parameter.name(), parameter.shape(), values.apply(parameter)))
        .toList();
  }

  /**
   * Writes a network's state with every weight that takes less room so as its values that are not 0
   * and a bit mask, and all else as {@link #write} does. What was -0 is read as 0.
   */
  public static void writeSparse(
      Path path,
      Network network,
      Map<String, String> metadata,
      Function<Parameter, FloatBuffer> values)
      throws IOException {
    SafetensorsWriter.write(
        path,
        noted(network, metadata),
        network.parameters().stream()
            .flatMap(parameter -> sparseTensors(parameter, values.apply(parameter)).stream())
            .toList());
  }

  /** How many bytes {@link #writeSparse} takes for the values of a parameter, headers left out. */
  public static long sparseBytes(Parameter parameter, FloatBuffer values) {
    return compresses(parameter, values)
        ? BitmaskTensor.bytes(parameter.shape(), values)
        : Float.BYTES * parameter.shape().elements();
  }

  private static List<Tensor> sparseTensors(Parameter parameter, FloatBuffer values) {
    return compresses(parameter, values)
        ? BitmaskTensor.compress(parameter.name(), parameter.shape(), values)
        : List.of(Tensor.floats(parameter.name(), parameter.shape(), values));
  }

  private static boolean compresses(Parameter parameter, FloatBuffer values) {
    return BitmaskTensor.hasName(parameter.name()) && BitmaskTensor.pays(parameter.shape(), values);
  }

  private static Map<String, String> noted(Network network, Map<String, String> metadata) {
    var noted = new HashMap<>(metadata);
    noted.put(NETWORK, NetworkJson.writeCompact(network));
    return noted;
  }

  /** The network that the weights are of. */
  public Network network() {
    return network;
  }

  /** The names of the weights that are stored as values and a bit mask. */
  public Set<String> compressed() {
    return Collections.unmodifiableSet(decompressed.keySet());
  }

  /** What the writer noted beside the weights and the network's graph. */
  public Map<String, String> metadata() {
    var metadata = new LinkedHashMap<>(file.metadata());
    metadata.remove(NETWORK);
    return Collections.unmodifiableMap(metadata);
  }

  /** The elements of one of the network's parameters, read-only. */
  public FloatBuffer values(Parameter parameter) {
    return decompressed.containsKey(parameter.name())
        ? bytes(parameter.name()).asFloatBuffer()
        : file.floats(parameter.name(), parameter.shape());
  }

  private ByteBuffer bytes(String name) {
    return Optional.ofNullable(decompressed.get(name))
        .map(bytes -> bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN))
        .orElseGet(() -> file.bytes(name));
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
                    parameter.name(), bytes(parameter.name()), alive.tensor(parameter.name())))
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
