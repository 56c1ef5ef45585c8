package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.engine.sparsifier.Layout.Span;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTest {

  @ParameterizedTest
  @CsvSource({
    "0.9,  10, 9, 9, 1",
    "0.29, 100, 29, 29, 71",
    "0.5,  5, 2, 2, 2",
    "0.7,  5, 4, 3, 1",
    "0.99, 12345, 12222, 12221, 123",
  })
  void shouldCountInDecimals(
      double sparsity, int weights, int rounded, int floorOfZeros, int floorOfAlive) {
    // Given
    Target target = new Target(sparsity, weights);

    // Then
    assertThat(target.zeros()).isEqualTo(rounded);
    assertThat(target.floorOfZeros()).isEqualTo(floorOfZeros);
    assertThat(target.floorOfAlive()).isEqualTo(floorOfAlive);
  }

  @Test
  void shouldRefuseToEmptyATensor() {
    // Given: one of 4 weights may stay in each of two tensors, so 6 may go
    Layout layout = new Layout(List.of(new Span("a", 0, 4, 2), new Span("b", 4, 4, 2)), List.of());

    // Then: rint(0.8 * 8) = 6, rint(0.85 * 8) = rint(6.8) = 7
    assertThat(Target.of(layout, 0.8).zeros()).isEqualTo(6);
    assertThatThrownBy(() -> Target.of(layout, 0.85))
        .isInstanceOf(SparsifierException.class)
        .hasMessage(
            "Sparsity 0.85 would empty a tensor: it removes 7 of 8 weights, and at most 6 can go.");
  }
}
