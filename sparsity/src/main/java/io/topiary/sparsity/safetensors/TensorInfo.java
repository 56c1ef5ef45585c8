package io.topiary.sparsity.safetensors;

import io.topiary.sparsity.network.Shape;

/**
 * What a file's header says of one tensor.
 *
 * @param begin first byte, counted from the end of the header
 * @param end byte after the last, counted from the end of the header
 */
public record TensorInfo(String name, DataType type, Shape shape, long begin, long end) {

  /** Length in bytes. */
  public long bytes() {
    return end - begin;
  }
}
