package io.topiary.sparsity.selection;

import io.topiary.sparsity.InvalidInputException;

/** A weight that is NaN or infinite, which has no place in a ranking or a norm. */
public final class NonFiniteWeightException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  private final String tensor;
  private final int index;

  NonFiniteWeightException(String tensor, int index, float weight) {
    super(
        "Weight %d of tensor '%s' is %s; every weight must be a finite number."
            .formatted(index, tensor, weight));
    this.tensor = tensor;
    this.index = index;
  }

  /**
   * Makes sure that all weights of a tensor are finite, for which their squared norm tells enough:
   * the square of a float is below 2^256, so that no sum of finite ones leaves a double's range.
   */
  static void requireFinite(PrunableTensor tensor, double squaredNorm) {
    if (!Double.isFinite(squaredNorm)) {
      requireFinite(tensor);
    }
  }

  /** Looks at every weight of a tensor. */
  static void requireFinite(PrunableTensor tensor) {
    var weights = tensor.weights();
    for (var index = 0; index < weights.limit(); index++) {
      if (!Float.isFinite(weights.get(index))) {
        throw new NonFiniteWeightException(tensor.name(), index, weights.get(index));
      }
    }
  }

  public String tensor() {
    return tensor;
  }

  /** Which element of the tensor it is, the last dimension running fastest. */
  public int index() {
    return index;
  }
}
