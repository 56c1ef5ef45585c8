package io.topiary.cli.prune;

import static io.topiary.cli.text.Figures.format;

import io.topiary.cli.text.Columns;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Flops;
import io.topiary.sparsity.network.Flops.LayerFlops;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.selection.Selection.TensorReport;
import java.util.ArrayList;
import java.util.List;

/** A pruned network layer by layer, and what it comes to. */
final class PruneReport {

  private static final List<String> HEADER =
      List.of("layer", "shape", "weights", "alive", "sparsity", "FLOPs", "FLOPs sparse");

  private PruneReport() {}

  /** The lines of the table, and of what stands below it. */
  static List<String> lines(Network network, FilePruning pruning) {
    var flops = Flops.of(network, pruning.mask().sparsities());
    var rows = new ArrayList<List<String>>();
    rows.add(HEADER);
    flops.layers().forEach(layer -> rows.add(row(layer, pruning.mask())));
    rows.add(total(flops, pruning.mask()));
    var lines = new ArrayList<>(Columns.aligned(rows));
    lines.add("");
    var before = pruning.before().alive();
    if (before.alive() < before.size()) {
      lines.add(
          format(
              "%,d of %,d weights were alive before; %s.",
              before.alive(),
              before.size(),
              pruning.before().masked()
                  ? "the others are pruned in the mask"
                  : "the others, which are 0 in the checkpoint, count as pruned"));
    }
    lines.add(
        format(
            "Theoretical speedup %.2fx: multiply-adds of one image, zeros left out. Not a measured"
                + " time.",
            flops.theoreticalSpeedup()));
    lines.add(
        format(
            "Relative norm drop %.4f, %.2f%% of the weights alive pruned: ALLR's d1 is %.4f.",
            pruning.relativeNormDrop(), 100 * pruning.fraction(), pruning.d1()));
    pruning.selection().tensors().stream()
        .filter(TensorReport::spared)
        .map(layer -> layer.name() + " kept its largest weight, which would have gone otherwise.")
        .forEach(lines::add);
    return lines;
  }

  private static List<String> row(LayerFlops layer, Mask mask) {
    var alive = mask.tensor(layer.parameter());
    return List.of(
        layer.parameter(),
        layer.weight().toString(),
        format("%,d", alive.size()),
        format("%,d", alive.alive()),
        format("%.2f%%", 100 * alive.sparsity()),
        format("%,d", layer.dense()),
        format("%,.0f", layer.sparse()));
  }

  private static List<String> total(Flops flops, Mask mask) {
    return List.of(
        "total",
        "",
        format("%,d", mask.size()),
        format("%,d", mask.alive()),
        format("%.2f%%", 100 * mask.sparsity()),
        format("%,d", flops.dense()),
        format("%,.0f", flops.sparse()));
  }
}
