package io.topiary.sparsity.selection;

import io.topiary.sparsity.mask.BitMask;
import java.util.Arrays;
import java.util.List;

/**
 * Of every {@code m} weights that follow each other along the input dimension - dimension 1, for a
 * fixed output channel and kernel position - the {@code n} of largest |w| stay: the pattern that
 * hardware can make use of. A last group of r &lt; m weights keeps min(n, r). What is pruned
 * already counts as the smallest of its group. Where magnitudes are the same, the earlier weight
 * goes.
 *
 * <p>Source: Mishra, Latorre, Pool, Stosic, Stosic, Venkatesh, Yu and Micikevicius, 2021,
 * Accelerating Sparse Deep Neural Networks (arXiv 2104.08378); for general N and M Zhou et al.,
 * 2021, Learning N:M Fine-grained Structured Sparse Neural Networks from Scratch, ICLR (arXiv
 * 2102.04010).
 */
public record NOfM(int n, int m) implements Selector {

  private static final double TOLERANCE = 1e-9;

  public NOfM {
    if (n < 1 || n > m) {
      throw new SelectionException(
          "%d of %d weights cannot be kept; N must be at least 1 and at most M.".formatted(n, m));
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>How many go is decided by the pattern, not by rounding.
   *
   * @param fraction must be {@code 1 - n / m}
   * @throws SelectionException also when it is not, or when a tensor has no dimension 1
   */
  @Override
  public Selection select(List<PrunableTensor> tensors, double fraction) {
    Quota.requireFraction(fraction);
    Quota.requireDistinct(tensors);
    if (Math.abs(fraction - (m - n) / (double) m) > TOLERANCE) {
      throw new SelectionException(
          "%s removes the fraction %s of the weights; it cannot remove %s."
              .formatted(name(), (m - n) / (double) m, fraction));
    }
    var selection = new SelectionBuilder();
    tensors.forEach(tensor -> add(tensor, selection));
    return selection.build();
  }

  private void add(PrunableTensor tensor, SelectionBuilder selection) {
    var shape = tensor.alive().shape();
    if (shape.rank() < 2) {
      throw new SelectionException(
          "Tensor '%s' of shape %s has no input dimension to take %s weights along."
              .formatted(tensor.name(), shape, name()));
    }
    var inputs = shape.dimension(1);
    var stride = (int) (shape.elements() / shape.dimension(0) / inputs);
    var bits = tensor.alive().toBitSet();
    var group = new long[Math.min(m, inputs)];
    for (var output = 0; output < shape.dimension(0); output++) {
      for (var position = 0; position < stride; position++) {
        for (var input = 0; input < inputs; input += Math.min(m, inputs - input)) {
          var first = (output * inputs + input) * stride + position;
          var alive = 0;
          for (var k = 0; k < Math.min(m, inputs - input); k++) {
            var i = first + k * stride;
            if (bits.get(i)) {
              // Orders by magnitude, then by index.
              group[alive++] = (long) Keys.ofMagnitude(tensor.weights().get(i)) << Integer.SIZE | i;
            }
          }
          Arrays.sort(group, 0, alive);
          for (var k = 0; k < alive - n; k++) {
            bits.clear((int) group[k]);
          }
        }
      }
    }
    var squaredNorm = 0.0;
    var removed = 0.0;
    for (var i = 0; i < tensor.alive().size(); i++) {
      var square = (double) tensor.weights().get(i) * tensor.weights().get(i);
      squaredNorm += square;
      removed += tensor.alive().isAlive(i) && !bits.get(i) ? square : 0;
    }
    selection.add(tensor, BitMask.of(shape, bits), false, squaredNorm, removed);
  }

  @Override
  public String name() {
    return n + ":" + m;
  }
}
