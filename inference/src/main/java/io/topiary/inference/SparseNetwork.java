package io.topiary.inference;

import io.topiary.inference.kernel.Kernels;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.SafetensorsException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A pruned network, compiled to classify images fast on a CPU. Batch normalisation is folded into
 * the layer before it, additions and ReLU are done where sums are stored, and sparse layers leave
 * out weights that are zero. Any number of threads may use one instance.
 */
public final class SparseNetwork {

  /** Vectors of images in a block of a network that has linear layers only. */
  private static final int LINEAR_VECTORS = 4;

  /** Floats of an arena for several images, 256 MiB; without it all goes image by image. */
  private static final int MOST_OF_BLOCK = 64 << 20;

  /** As many as an array has in any JVM. */
  private static final int MOST = Integer.MAX_VALUE - 8;

  private final Network network;
  private final Kernels kernels;
  private final List<LayerPlan> layers;
  private final Batches batches;
  private final int classes;

  private SparseNetwork(Network network, Kernels kernels, List<LayerPlan> layers, Batches batches) {
    this.network = network;
    this.kernels = kernels;
    this.layers = layers;
    this.batches = batches;
    this.classes = network.classes();
  }

  /**
   * Loads a network from a checkpoint that carries its graph, for all cores.
   *
   * @throws SafetensorsException when the file is damaged, carries no graph or one that does not
   *     hold together or has an unknown operator, which the message names with its node, or when it
   *     holds other tensors than the network has
   * @throws InferenceException when a weight is NaN or infinite
   */
  public static SparseNetwork load(Path checkpoint) throws IOException {
    return load(checkpoint, CompileOptions.defaults());
  }

  /** As {@link #load(Path)}, with options. */
  public static SparseNetwork load(Path checkpoint, CompileOptions options) throws IOException {
    return load(checkpoint, CheckpointFile.network(checkpoint), options);
  }

  /**
   * Loads a network from a checkpoint, for all cores.
   *
   * @throws SafetensorsException when the file is damaged, or holds other tensors than the network
   *     has
   * @throws InferenceException when a weight is NaN or infinite
   */
  public static SparseNetwork load(Path checkpoint, Network network) throws IOException {
    return load(checkpoint, network, CompileOptions.defaults());
  }

  /** As {@link #load(Path, Network)}, with options. */
  public static SparseNetwork load(Path checkpoint, Network network, CompileOptions options)
      throws IOException {
    return compile(network, CheckpointFile.open(checkpoint, network)::values, options);
  }

  /**
   * Compiles a network.
   *
   * @param values the elements of every parameter in {@link Network#parameters}
   * @throws InferenceException when a weight is NaN or infinite, or there are too few or too many,
   *     or one image needs more memory than an array has
   */
  public static SparseNetwork compile(
      Network network, Function<Parameter, FloatBuffer> values, CompileOptions options) {
    return compile(network, values, options, Engine.KERNELS);
  }

  static SparseNetwork compile(
      Network network,
      Function<Parameter, FloatBuffer> values,
      CompileOptions options,
      Kernels kernels) {
    var stages = Fusion.stages(network, new Weights(values));
    var programs = programs(network, stages, kernels);
    var layers = stages.stream().flatMap(stage -> Choice.plan(stage).stream()).toList();
    return new SparseNetwork(network, kernels, layers, new Batches(programs, options.threads()));
  }

  private static List<Program> programs(Network network, List<Stage> stages, Kernels kernels) {
    var programs = new ArrayList<Program>();
    for (var images : blockSizes(stages, kernels.lanes())) {
      Compiler.compile(network, stages, kernels, images, MOST_OF_BLOCK).ifPresent(programs::add);
    }
    programs.add(
        Compiler.compile(network, stages, kernels, 1, MOST)
            .orElseThrow(
                () ->
                    new InferenceException(
                        "Network '%s' needs more than %d floats for one image; it must need at most as many as an array has."
                            .formatted(network.name(), MOST))));
    return programs;
  }

  /**
   * How many images a program is for, beside the one for one image. A convolution has places enough
   * to keep its sums in registers with one vector of images; a linear layer has one place, and
   * wants more images.
   */
  private static List<Integer> blockSizes(List<Stage> stages, int lanes) {
    var convolutions =
        stages.stream().anyMatch(stage -> stage.operation() instanceof Operation.Convolution);
    return convolutions ? List.of(lanes) : List.of(LINEAR_VECTORS * lanes, lanes);
  }

  /**
   * Classifies images.
   *
   * @param images one after the other, each {@code [channels, height, width]} as {@link #input}
   *     says, the last dimension running fastest
   * @return a score for every class, image by image; the same ones for the same images whoever else
   *     computes, though the last bits depend on how many images and threads there are
   * @throws InferenceException when there is no image, a part of one, an element that is NaN or
   *     infinite, or so many images that their scores fit in no array
   */
  public float[] predict(float[] images) {
    var elements = (int) network.input().elements();
    if (images.length == 0 || images.length % elements != 0) {
      throw new InferenceException(
          "There are %d floats of images; network '%s' takes %d, or a multiple of that, for images of shape %s."
              .formatted(images.length, network.name(), elements, network.input()));
    }
    var scores = images.length / elements * (long) classes;
    if (scores > MOST) {
      throw new InferenceException(
          "There are %d images, with %d scores; there must be at most %d scores."
              .formatted(images.length / elements, scores, MOST));
    }
    if (!kernels.finite(images)) {
      throw notFinite(images, elements);
    }
    return batches.predict(images, images.length / elements);
  }

  private static InferenceException notFinite(float[] images, int elements) {
    var i = 0;
    while (Float.isFinite(images[i])) {
      i++;
    }
    return new InferenceException(
        "Element %d of image %d is %s; images must be finite."
            .formatted(i % elements, i / elements, images[i]));
  }

  /** The number of classes that the network tells apart. */
  public int classes() {
    return classes;
  }

  /** The shape of one image. */
  public Shape input() {
    return network.input();
  }

  /** What computes, for example {@code Vector API, 512 bits} or {@code scalar}. */
  public String engine() {
    return kernels.name();
  }

  /** How each layer with weights is computed, in the order of the network. */
  public List<LayerPlan> layers() {
    return layers;
  }
}
