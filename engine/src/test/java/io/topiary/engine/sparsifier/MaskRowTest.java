package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.sparsifier.Layout.Span;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.selection.GlobalMagnitude;
import io.topiary.sparsity.selection.PrunableTensor;
import io.topiary.sparsity.selection.Selection;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskRowTest {
  private static final Layout TWO_TENSORS =
      new Layout(List.of(new Span("a", 0, 3, 1), new Span("b", 3, 2, 1)), List.of());

  @Test
  void shouldPruneTheSmallestOfAllTensors() {
    // Given
    MaskRow mask = new MaskRow(TWO_TENSORS);

    // When: 0.5 is there twice, and the first goes
    int gone = mask.prune(new float[] {-3, 0.5f, 1, -0.5f, 2}, 1);

    // Then
    assertThat(gone).isEqualTo(1);
    assertThat(mask.factors()).containsExactly(1, 0, 1, 1, 1);
  }

  @Test
  void shouldLeaveEveryTensorItsLargest() {
    // Given
    MaskRow mask = new MaskRow(TWO_TENSORS);

    // When: both of b would go; its larger stays, and 3 goes in its place
    mask.prune(new float[] {3, 4, 5, 1, 2}, 2);

    // Then
    assertThat(mask.factors()).containsExactly(0, 1, 1, 0, 1);
  }

  @Test
  void shouldNeverRankAPrunedWeightAgain() {
    // Given
    MaskRow mask = new MaskRow(TWO_TENSORS);
    mask.prune(new float[] {5, 6, 1, 7, 8}, 1);

    // When: weight 2 is large now, and weights 0 and 1 are 0 but alive
    int gone = mask.prune(new float[] {0, 0, 9, 7, 8}, 2);

    // Then
    assertThat(gone).isEqualTo(1);
    assertThat(mask.factors()).containsExactly(0, 1, 0, 1, 1);
  }

  @Test
  void shouldForgetWhatWasPruned() {
    // Given
    MaskRow mask = new MaskRow(TWO_TENSORS);
    mask.prune(new float[] {5, 6, 1, 7, 8}, 1);

    // When
    mask.recompute(new float[] {1, 2, 9, 7, 8}, 2);

    // Then
    assertThat(mask.factors()).containsExactly(0, 0, 1, 1, 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldSelectAsPruningOfCheckpointsDoes(long seed) {
    // Given
    SplittableRandom random = new SplittableRandom(seed);
    List<Span> spans = new ArrayList<>();
    int size = 0;
    for (int t = 0; t < 4; t++) {
      int length = random.nextInt(1, 60);
      spans.add(new Span("t" + t, size, length, 1));
      size += length;
    }
    Layout layout = new Layout(spans, List.of());
    float[] weights = new float[size];
    for (Span span : spans) {
      // Tensors of other scales, so that some would be emptied; rounded, so that many are alike.
      double scale = random.nextDouble(0.1, 3);
      for (int i = span.from(); i < span.to(); i++) {
        weights[i] = Math.round(scale * random.nextDouble(-8, 8)) / 8f;
      }
    }
    for (int count = 0; count <= size - spans.size(); count++) {
      // When
      MaskRow mask = new MaskRow(layout);
      mask.prune(weights, count);

      // Then
      Selection selection =
          new GlobalMagnitude().select(tensors(layout, weights), count / (double) size);
      float[] expected = new float[size];
      for (Span span : spans) {
        selection
            .mask()
            .tensor(span.name())
            .writeFactors(FloatBuffer.wrap(expected, span.from(), span.length()).slice());
      }
      assertThat(mask.factors()).as("seed %d, count %d", seed, count).containsExactly(expected);
      assertThat(mask.zeros()).isEqualTo(count);
    }
  }

  private static List<PrunableTensor> tensors(Layout layout, float[] weights) {
    return layout.prunable().stream()
        .map(
            span ->
                new PrunableTensor(
                    span.name(),
                    FloatBuffer.wrap(weights, span.from(), span.length()),
                    BitMask.allAlive(Shape.of(span.length()))))
        .toList();
  }
}
