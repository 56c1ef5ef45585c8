package io.topiary.sparsity.network;

import java.util.Arrays;
import java.util.List;

/**
 * The shape of one tensor. Images and what a network makes of them are {@code [channels, height,
 * width]}, without the batch; the shape of a scalar has no dimension at all.
 */
public record Shape(List<Integer> dimensions) {

  public Shape {
    dimensions = List.copyOf(dimensions);
    if (dimensions.stream().anyMatch(dimension -> dimension < 0)) {
      throw new NetworkException("Shape " + dimensions + " has a negative dimension.");
    }
    product(dimensions);
  }

  public static Shape of(int... dimensions) {
    return new Shape(Arrays.stream(dimensions).boxed().toList());
  }

  public int rank() {
    return dimensions.size();
  }

  public int dimension(int index) {
    return dimensions.get(index);
  }

  /** How many elements a tensor of this shape has: the product of the dimensions. */
  public long elements() {
    return product(dimensions);
  }

  private static long product(List<Integer> dimensions) {
    var product = 1L;
    for (var dimension : dimensions) {
      try {
        product = Math.multiplyExact(product, dimension);
      } catch (ArithmeticException e) {
        throw new NetworkException(
            "Shape " + dimensions + " has more than " + Long.MAX_VALUE + " elements.", e);
      }
    }
    return product;
  }

  /** As PyTorch prints it, for example {@code [64, 3, 3, 3]}. */
  @Override
  public String toString() {
    return dimensions.toString();
  }
}
