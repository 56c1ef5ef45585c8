package io.topiary.engine;

import io.topiary.engine.sparsifier.Layout;
import io.topiary.engine.sparsifier.Rows;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.SafetensorsException;
import io.topiary.sparsity.safetensors.SafetensorsFile;
import io.topiary.sparsity.safetensors.SafetensorsWriter;
import io.topiary.sparsity.safetensors.Tensor;
import io.topiary.sparsity.safetensors.TensorInfo;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A training run between two iterations: weights as the optimiser moves them, running statistics,
 * momentum, what the method remembers, the iterations done and the losses so far. A run that goes
 * on from it ends with the weights of one that was never interrupted, bit for bit, as the order of
 * the images and their augmentation follow from the run's seed, the epoch and the image alone.
 * Immutable.
 */
public final class Snapshot {
  private static final String FORMAT = "topiary.snapshot";
  private static final String VERSION = "1";
  private static final String OWNER = "owner";
  private static final String ITERATION = "iteration";
  private static final String LOSSES = "epoch.losses";
  private static final String SUM = "epoch.sum";
  private static final String IMAGES = "epoch.images";
  private static final String WEIGHTS = "weights.";
  private static final String MOMENTUM = "momentum.";
  private static final String METHOD = "method.";

  private final int iteration;
  private final Weights weights;
  private final Momentum momentum;
  private final Map<String, float[]> method;
  private final EpochLosses.State losses;

  /** Keeps the method's arrays, which nobody else may write to any more. */
  Snapshot(
      int iteration,
      Weights weights,
      Momentum momentum,
      Map<String, float[]> method,
      EpochLosses.State losses) {
    this.iteration = iteration;
    this.weights = weights;
    this.momentum = momentum;
    this.method = Map.copyOf(method);
    this.losses = losses;
  }

  /** Iterations that are done. */
  public int iteration() {
    return iteration;
  }

  /** The network in training. */
  public Network network() {
    return weights.network();
  }

  /** As the optimiser moves them; a method may compute with others. */
  Weights weights() {
    return weights;
  }

  Momentum momentum() {
    return momentum;
  }

  EpochLosses.State losses() {
    return losses;
  }

  /**
   * Makes sure that every number of it is finite.
   *
   * @throws EngineInputException if one is not
   */
  void requireFinite() {
    requireFinite(WEIGHTS, weights.notFinite());
    requireFinite(MOMENTUM, momentum.notFinite());
    requireFinite(
        METHOD,
        method.entrySet().stream()
            .filter(entry -> !finite(entry.getValue()))
            .map(Map.Entry::getKey)
            .findFirst());
  }

  private static void requireFinite(String prefix, Optional<String> notFinite) {
    notFinite.ifPresent(
        name -> {
          throw new EngineInputException(
              "'%s%s' in the snapshot holds values that are no finite numbers."
                  .formatted(prefix, name));
        });
  }

  private static boolean finite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /** What the method remembers, as copies. */
  Map<String, float[]> method() {
    return method.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().clone()));
  }

  /**
   * Writes the snapshot to a safetensors file; the same snapshot makes the same bytes.
   *
   * @param owner whose it is, such as a job's id: {@link #read} refuses that of another
   */
  public void write(Path file, String owner) throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(FORMAT, VERSION);
    metadata.put(OWNER, owner);
    metadata.put(ITERATION, String.valueOf(iteration));
    metadata.put(
        LOSSES, losses.done().stream().map(String::valueOf).collect(Collectors.joining(" ")));
    metadata.put(SUM, String.valueOf(losses.sum()));
    metadata.put(IMAGES, String.valueOf(losses.images()));
    List<Tensor> tensors = new ArrayList<>();
    for (Parameter parameter : network().parameters()) {
      tensors.add(floats(WEIGHTS, parameter, weights.values(parameter)));
    }
    for (Parameter parameter : network().trainable()) {
      tensors.add(floats(MOMENTUM, parameter, momentum.values(parameter)));
    }
    method.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            entry ->
                tensors.add(
                    Tensor.floats(
                        METHOD + entry.getKey(),
                        Shape.of(entry.getValue().length),
                        FloatBuffer.wrap(entry.getValue()))));
    SafetensorsWriter.write(file, metadata, tensors);
  }

  /**
   * Reads a snapshot from a file.
   *
   * @throws SafetensorsException if the file is no snapshot of this owner's training of this
   *     network
   */
  public static Snapshot read(Network network, Path path, String owner) throws IOException {
    SafetensorsFile file = SafetensorsFile.open(path);
    Map<String, String> metadata = file.metadata();
    requireOwn(path, metadata, owner);
    try {
      return new Snapshot(
          Integer.parseInt(metadata.getOrDefault(ITERATION, "")),
          Weights.copyOf(network, parameter -> values(file, WEIGHTS, parameter)),
          Momentum.copyOf(network, parameter -> values(file, MOMENTUM, parameter)),
          method(file),
          new EpochLosses.State(
              Arrays.stream(metadata.getOrDefault(LOSSES, "").split(" ", -1))
                  .filter(text -> !text.isEmpty())
                  .map(Double::valueOf)
                  .toList(),
              Double.parseDouble(metadata.getOrDefault(SUM, "")),
              Integer.parseInt(metadata.getOrDefault(IMAGES, ""))));
    } catch (NumberFormatException e) {
      throw new SafetensorsException(
          "The snapshot %s has metadata that are no numbers: %s.".formatted(path, e.getMessage()));
    }
  }

  /**
   * Makes sure, by the file's header alone, that it is a snapshot that {@link #read} understands,
   * and this owner's.
   *
   * @throws SafetensorsException if it is not
   */
  public static void requireOwn(Path path, String owner) throws IOException {
    requireOwn(path, SafetensorsFile.open(path).metadata(), owner);
  }

  private static void requireOwn(Path path, Map<String, String> metadata, String owner) {
    if (!VERSION.equals(metadata.get(FORMAT))) {
      throw new SafetensorsException("%s is no snapshot of version %s.".formatted(path, VERSION));
    }
    if (!owner.equals(metadata.get(OWNER))) {
      throw new SafetensorsException(
          "%s is a snapshot of %s; it must be one of %s."
              .formatted(path, metadata.get(OWNER), owner));
    }
  }

  /** The rows that a run goes on with. */
  Rows rows(Layout layout) {
    Rows rows = new Rows(layout);
    for (Parameter parameter : network().trainable()) {
      layout.part(rows.weights(), parameter.name()).put(weights.values(parameter));
      layout.part(rows.momentum(), parameter.name()).put(momentum.values(parameter));
    }
    return rows;
  }

  private static Tensor floats(String prefix, Parameter parameter, FloatBuffer values) {
    return Tensor.floats(prefix + parameter.name(), parameter.shape(), values);
  }

  private static FloatBuffer values(SafetensorsFile file, String prefix, Parameter parameter) {
    return file.floats(prefix + parameter.name(), parameter.shape());
  }

  private static Map<String, float[]> method(SafetensorsFile file) {
    Map<String, float[]> method = new LinkedHashMap<>();
    for (TensorInfo tensor : file.tensors()) {
      if (tensor.name().startsWith(METHOD)) {
        FloatBuffer values = file.floats(tensor.name());
        float[] floats = new float[values.remaining()];
        values.get(floats);
        method.put(tensor.name().substring(METHOD.length()), floats);
      }
    }
    return method;
  }
}
