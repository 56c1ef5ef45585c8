package io.topiary.sparsity.selection;

import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.selection.Selection.TensorReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gathers what becomes of every tensor, in the network's order. */
final class SelectionBuilder {

  private final Map<String, BitMask> masks = new LinkedHashMap<>();
  private final List<TensorReport> reports = new ArrayList<>();
  private double squaredNorm;
  private double squaredNormOfRemoved;

  /**
   * @param squaredNorm of all its weights
   * @throws NonFiniteWeightException when one of them is NaN or infinite
   */
  void add(
      PrunableTensor tensor,
      BitMask after,
      boolean spared,
      double squaredNorm,
      double squaredNormOfRemoved) {
    NonFiniteWeightException.requireFinite(tensor, squaredNorm);
    this.squaredNorm += squaredNorm;
    this.squaredNormOfRemoved += squaredNormOfRemoved;
    masks.put(tensor.name(), after);
    var removed = tensor.alive().alive() - after.alive();
    reports.add(new TensorReport(tensor.name(), after.size(), removed, after.alive(), spared));
  }

  /** Says of the tensor added last that it keeps a weight which the rule would take. */
  void markSpared() {
    var last = reports.size() - 1;
    var report = reports.get(last);
    reports.set(
        last,
        new TensorReport(report.name(), report.size(), report.removed(), report.alive(), true));
  }

  Selection build() {
    return new Selection(new Mask(masks), reports, squaredNorm, squaredNormOfRemoved);
  }
}
