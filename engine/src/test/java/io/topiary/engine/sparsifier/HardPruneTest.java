package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.engine.sparsifier.Layout.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

class HardPruneTest {
  private static final Layout LAYOUT =
      new Layout(
          List.of(new Span("a", 0, 4, 2), new Span("b", 4, 2, 1)),
          List.of(new Span("a.bias", 6, 2, 2)));

  @Test
  void shouldRemoveOnlyWhatIsMissing() {
    // Given: one of 6 is 0 already, and 3 shall be
    float[] weights = {-5, 0, 0.5f, 3, -0.25f, 2, 0.125f, 0};

    // When
    int gone = HardPrune.prune(weights, LAYOUT, 0.5);

    // Then
    assertThat(gone).isEqualTo(2);
    assertThat(weights).containsExactly(-5, 0, 0, 3, 0, 2, 0.125f, 0);
  }

  @Test
  void shouldLeaveASparserNetworkAsItIs() {
    // Given: a negative zero is one too
    float[] weights = {0, -0f, 0, 0, 0, 2, 1, 1};
    float[] before = weights.clone();

    // When
    int gone = HardPrune.prune(weights, LAYOUT, 0.5);

    // Then
    assertThat(gone).isZero();
    assertThat(weights).containsExactly(before);
  }

  @Test
  void shouldLeaveATensorItsLargest() {
    // Given
    float[] weights = {5, 6, 7, 8, 1, 2, 0, 0};

    // When
    HardPrune.prune(weights, LAYOUT, 0.5);

    // Then
    assertThat(weights).containsExactly(0, 0, 7, 8, 0, 2, 0, 0);
  }

  @Test
  void shouldLeaveDenseNetworksAlone() {
    assertThat(HardPrune.prune(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, LAYOUT, 0)).isZero();
  }

  @Test
  void shouldRefuseToEmptyATensor() {
    assertThatThrownBy(() -> HardPrune.prune(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, LAYOUT, 0.9))
        .isInstanceOf(SparsifierException.class)
        .hasMessage(
            "Sparsity 0.9 would empty a tensor: it removes 5 of 6 weights, and at most 4 can go.");
  }
}
