package io.topiary.sparsity.selection;

import java.util.HashSet;
import java.util.List;

/** How many weights a fraction is. */
final class Quota {

  private Quota() {}

  /**
   * {@code rint(fraction * alive)}.
   *
   * @throws SelectionException when the tensors cannot spare that many, or are not such that
   *     anything could be selected from them
   */
  static long of(List<PrunableTensor> tensors, double fraction) {
    requireFraction(fraction);
    requireDistinct(tensors);
    var alive = alive(tensors);
    var count = (long) Math.rint(fraction * alive);
    var removable = tensors.stream().mapToLong(Quota::removable).sum();
    if (count > removable) {
      throw new SelectionException(
          "Removing %d of %d weights would empty a tensor; at most %d can go."
              .formatted(count, alive, removable));
    }
    return count;
  }

  static void requireFraction(double fraction) {
    if (!(fraction >= 0 && fraction < 1)) {
      throw new SelectionException(
          "The fraction of weights to remove is %s; it must be at least 0 and below 1."
              .formatted(fraction));
    }
  }

  static void requireDistinct(List<PrunableTensor> tensors) {
    if (tensors.isEmpty()) {
      throw new SelectionException("There is no tensor to remove weights from.");
    }
    var names = new HashSet<String>();
    for (var tensor : tensors) {
      if (!names.add(tensor.name())) {
        throw new SelectionException("Tensor '%s' is there twice.".formatted(tensor.name()));
      }
    }
  }

  static long alive(List<PrunableTensor> tensors) {
    return tensors.stream().mapToLong(tensor -> tensor.alive().alive()).sum();
  }

  /** All that are alive but the last. */
  static long removable(PrunableTensor tensor) {
    return Math.max(0, tensor.alive().alive() - 1);
  }
}
