package io.topiary.sparsity.selection;

import io.topiary.sparsity.mask.Mask;
import java.util.List;

/**
 * Which weights go, and what becomes of every tensor.
 *
 * @param mask the weights that are alive afterwards
 * @param tensors one report per tensor, in the order given
 * @param squaredNorm sum of the squares of all the tensors' weights before; those that earlier
 *     pruning took count as they are stored, which should be 0
 * @param squaredNormOfRemoved sum of the squares of the weights that go
 */
public record Selection(
    Mask mask, List<TensorReport> tensors, double squaredNorm, double squaredNormOfRemoved) {

  public Selection {
    tensors = List.copyOf(tensors);
  }

  /** How many weights go. */
  public long removed() {
    return tensors.stream().mapToLong(TensorReport::removed).sum();
  }

  /** Zeros over elements afterwards, over all tensors. */
  public double sparsity() {
    return mask.sparsity();
  }

  /**
   * How much of the whole network's norm goes, in [0, 1]: see {@link RelativeNormDrop}.
   *
   * @param squaredNormOfOthers sum of the squares of all parameters that are never pruned: biases,
   *     and the weights and biases of normalisation layers
   */
  public double relativeNormDrop(double squaredNormOfOthers) {
    return RelativeNormDrop.of(squaredNorm + squaredNormOfOthers, squaredNormOfRemoved);
  }

  /**
   * What becomes of one tensor.
   *
   * @param size its weights, pruned ones included
   * @param removed how many go now
   * @param alive how many are alive afterwards
   * @param spared whether its largest weight is among those the rule would take and stays only
   *     because it is the tensor's last
   */
  public record TensorReport(String name, int size, int removed, int alive, boolean spared) {

    /** Zeros over elements afterwards. */
    public double sparsity() {
      return (size - alive) / (double) size;
    }
  }
}
