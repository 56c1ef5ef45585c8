package io.topiary.sparsity.selection;

import io.topiary.sparsity.mask.Mask;
import java.util.List;

/**
 * Which weights go, and what becomes of every tensor.
 *
 * @param mask the weights that are alive afterwards
 * @param tensors one report per tensor, in the order given
 * @param squaredNormOfRemoved sum of the squares of the weights that go
 */
public record Selection(Mask mask, List<TensorReport> tensors, double squaredNormOfRemoved) {

  public Selection {
    tensors = List.copyOf(tensors);
  }

  /** How many weights go. */
  public long removed() {
    return tensors.stream().mapToLong(TensorReport::removed).sum();
  }

  /**
   * What becomes of one tensor.
   *
   * @param size its weights, pruned ones included
   * @param removed how many go now
   * @param alive how many are alive afterwards
   * @param spared whether its largest weight ranks among those that go and stays only because it is
   *     the tensor's last
   */
  public record TensorReport(String name, int size, int removed, int alive, boolean spared) {

    /** Zeros over elements afterwards. */
    public double sparsity() {
      return (size - alive) / (double) size;
    }
  }
}
