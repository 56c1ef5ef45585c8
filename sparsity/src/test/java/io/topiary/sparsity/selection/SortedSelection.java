package io.topiary.sparsity.selection;

import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;

/** What global magnitude selection means, written down as plainly as possible: sort, then walk. */
record SortedSelection(Mask mask, long removed, List<String> spared, double squaredNorm) {

  private record Weight(int tensor, int index, float magnitude) {}

  static SortedSelection select(List<PrunableTensor> tensors, long count) {
    var ranking = new ArrayList<Weight>();
    var alive = new ArrayList<BitSet>();
    for (var t = 0; t < tensors.size(); t++) {
      var tensor = tensors.get(t);
      alive.add(tensor.alive().toBitSet());
      for (var i = 0; i < tensor.alive().size(); i++) {
        if (tensor.alive().isAlive(i)) {
          ranking.add(new Weight(t, i, Math.abs(tensor.weights().get(i))));
        }
      }
    }
    ranking.sort(
        Comparator.comparing(Weight::magnitude)
            .thenComparing(Weight::tensor)
            .thenComparing(Weight::index));
    var removed = 0L;
    var squaredNorm = 0.0;
    var spared = new ArrayList<String>();
    for (var weight : ranking) {
      if (removed == count) {
        break;
      }
      if (alive.get(weight.tensor).cardinality() == 1) {
        spared.add(tensors.get(weight.tensor).name());
      } else {
        alive.get(weight.tensor).clear(weight.index);
        squaredNorm += (double) weight.magnitude * weight.magnitude;
        removed++;
      }
    }
    var masks = new LinkedHashMap<String, BitMask>();
    for (var t = 0; t < tensors.size(); t++) {
      var tensor = tensors.get(t);
      masks.put(tensor.name(), BitMask.of(tensor.alive().shape(), alive.get(t)));
    }
    return new SortedSelection(new Mask(masks), removed, spared, squaredNorm);
  }
}
