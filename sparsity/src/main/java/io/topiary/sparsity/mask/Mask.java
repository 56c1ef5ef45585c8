package io.topiary.sparsity.mask;

import io.topiary.sparsity.network.NetworkException;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.DataType;
import io.topiary.sparsity.safetensors.SafetensorsException;
import io.topiary.sparsity.safetensors.SafetensorsFile;
import io.topiary.sparsity.safetensors.SafetensorsWriter;
import io.topiary.sparsity.safetensors.Tensor;
import io.topiary.sparsity.safetensors.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which weights of a network are alive: one {@link BitMask} for every prunable tensor, by name, in
 * the network's order.
 *
 * <p>In a file it is a safetensors file. Every tensor is stored under its own name as {@code U8},
 * eight weights to the byte, the first in the lowest bit, the bits past the last weight 0; its
 * shape stands in the metadata.
 */
public record Mask(Map<String, BitMask> tensors) {

  private static final String SHAPE_KEY = "shape:";
  private static final Pattern SHAPE = Pattern.compile("\\[\\d+(, \\d+)*]");

  public Mask {
    if (tensors.isEmpty()) {
      throw new MaskException("A mask must cover at least one tensor.");
    }
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /** The mask of a dense network. */
  public static Mask allAlive(Collection<Parameter> prunable) {
    var tensors = new LinkedHashMap<String, BitMask>();
    prunable.forEach(
        parameter -> tensors.put(parameter.name(), BitMask.allAlive(parameter.shape())));
    return new Mask(tensors);
  }

  /**
   * The mask of one tensor.
   *
   * @throws MaskException when there is none
   */
  public BitMask tensor(String name) {
    var tensor = tensors.get(name);
    if (tensor == null) {
      throw new MaskException("The mask does not cover tensor '" + name + "'.");
    }
    return tensor;
  }

  /** How many weights it covers. */
  public long size() {
    return tensors.values().stream().mapToLong(BitMask::size).sum();
  }

  /** How many weights are alive. */
  public long alive() {
    return tensors.values().stream().mapToLong(BitMask::alive).sum();
  }

  /** Zeros over elements, over all tensors. */
  public double sparsity() {
    return (size() - alive()) / (double) size();
  }

  /** Zeros over elements of every tensor. */
  public Map<String, Double> sparsities() {
    var sparsities = new LinkedHashMap<String, Double>();
    tensors.forEach((name, tensor) -> sparsities.put(name, tensor.sparsity()));
    return sparsities;
  }

  /**
   * Makes sure that the mask covers exactly these tensors in these shapes.
   *
   * @throws MaskException when it does not
   */
  public void requireCovers(Collection<Parameter> prunable) {
    var names = prunable.stream().map(Parameter::name).toList();
    if (!tensors.keySet().equals(Set.copyOf(names))) {
      throw new MaskException(
          "The mask covers tensors %s; it must cover %s.".formatted(tensors.keySet(), names));
    }
    for (var parameter : prunable) {
      var shape = tensor(parameter.name()).shape();
      if (!shape.equals(parameter.shape())) {
        throw new MaskException(
            "The mask of tensor '%s' has shape %s; it must be %s."
                .formatted(parameter.name(), shape, parameter.shape()));
      }
    }
  }

  /** Writes the mask to a file: the same mask, the same bytes. */
  public void write(Path file) throws IOException {
    var metadata = new HashMap<String, String>();
    var packed = new ArrayList<Tensor>();
    tensors.forEach(
        (name, tensor) -> {
          metadata.put(SHAPE_KEY + name, tensor.shape().toString());
          var length = (int) packedBytes(tensor.shape());
          var bytes = Arrays.copyOf(tensor.toBitSet().toByteArray(), length);
          packed.add(
              Tensor.bytes(name, DataType.U8, Shape.of(bytes.length), ByteBuffer.wrap(bytes)));
        });
    SafetensorsWriter.write(file, metadata, packed);
  }

  /**
   * Reads a mask from a file.
   *
   * @throws SafetensorsException when the file is no safetensors file
   * @throws MaskException when it holds something other than a mask
   */
  public static Mask read(Path path) throws IOException {
    var file = SafetensorsFile.open(path);
    if (file.tensors().isEmpty()) {
      throw new MaskException(path + " is no mask: it holds no tensors.");
    }
    var tensors = new LinkedHashMap<String, BitMask>();
    for (var tensor : file.tensors()) {
      try {
        tensors.put(tensor.name(), unpack(file, tensor));
      } catch (MaskException e) {
        throw new MaskException(
            "%s is no mask: tensor '%s': %s".formatted(path, tensor.name(), e.getMessage()), e);
      }
    }
    return new Mask(tensors);
  }

  private static BitMask unpack(SafetensorsFile file, TensorInfo tensor) {
    var shape = shape(file.metadata().getOrDefault(SHAPE_KEY + tensor.name(), ""));
    if (tensor.type() != DataType.U8
        || tensor.shape().rank() != 1
        || tensor.bytes() != packedBytes(shape)) {
      throw new MaskException(
          "%s %s cannot hold one bit for each weight of shape %s."
              .formatted(tensor.type(), tensor.shape(), shape));
    }
    return BitMask.of(shape, BitSet.valueOf(file.bytes(tensor.name())));
  }

  private static Shape shape(String text) {
    if (!SHAPE.matcher(text).matches()) {
      throw new MaskException("the metadata gives it no shape such as [64, 3, 3, 3].");
    }
    try {
      var dimensions = text.substring(1, text.length() - 1).split(", ", -1);
      return new Shape(Arrays.stream(dimensions).map(Integer::valueOf).toList());
    } catch (NumberFormatException | NetworkException e) {
      throw new MaskException("the metadata gives it shape " + text + ", which is too large.", e);
    }
  }

  private static long packedBytes(Shape shape) {
    return (shape.elements() - 1) / Byte.SIZE + 1;
  }
}
