package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.topiary.engine.sparsifier.Layout.Span;
import io.topiary.engine.sparsifier.Sparsification.Keep;
import io.topiary.engine.sparsifier.Sparsification.Length;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Shape;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FixedMaskTest {
  private static final Layout LAYOUT =
      new Layout(List.of(new Span("a", 0, 2, 1)), List.of(new Span("b", 2, 1, 1)));

  @Test
  void shouldHoldPrunedWeightsAndTheirMomentumAtZeroAndLetTheOthersGo() {
    // Given
    BitSet first = BitSet.valueOf(new long[] {1});
    Mask mask = new Mask(Map.of("a", BitMask.of(Shape.of(1, 2), first)));
    Sparsifier kept = new Keep(mask).begin(LAYOUT, new Length(2, 1), 0);
    Rows rows = new Rows(LAYOUT);
    System.arraycopy(new float[] {3, 0, 3}, 0, rows.weights(), 0, 3);
    Sgd sgd = new Sgd(0.5, 0);

    // When every weight is pulled at, twice
    for (int i = 1; i <= 2; i++) {
      System.arraycopy(new float[] {1, 1, 1}, 0, rows.gradients(), 0, 3);
      kept.backward(rows);
      kept.step(rows, sgd, 1);
      kept.afterIteration(rows, i);
    }

    // Then: 3 - 1 - (0.5 + 1) = 0.5
    assertThat(kept.effective(rows)).containsExactly(new float[] {0.5f, 0, 0.5f}, within(0f));
    assertThat(rows.momentum()).containsExactly(new float[] {1.5f, 0, 1.5f}, within(0f));
  }
}
