package io.topiary.sparsity.selection;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.sparsity.network.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class RandomSelectionTest {

  private static final List<PrunableTensor> TENSORS =
      List.of(
          RandomTensors.dense("a", Shape.of(5, 8), new float[40]),
          RandomTensors.dense("b", Shape.of(3, 20), new float[60]));

  @Test
  void shouldTakeEveryWeightEquallyOften() {
    // Given
    var draws = 4_000;
    var fraction = 0.3;

    // When
    var gone = new int[100];
    for (var seed = 0L; seed < draws; seed++) {
      var mask = new RandomSelection(seed).select(TENSORS, fraction).mask();
      for (var i = 0; i < 100; i++) {
        gone[i] +=
            (i < 40 ? mask.tensor("a").isAlive(i) : mask.tensor("b").isAlive(i - 40)) ? 0 : 1;
      }
    }

    // Then chi square over 100 weights, 99 degrees of freedom: 149 has a chance of 1 in 1,000
    var chiSquare = 0.0;
    for (var count : gone) {
      var difference = count - draws * fraction;
      chiSquare += difference * difference / (draws * fraction * (1 - fraction));
    }
    assertThat(chiSquare).isBetween(60.0, 149.0);
  }

  @Test
  void shouldTakePairsAsOftenAsIndependentDrawsWould() {
    // Given neighbours, which a weak generator would tie together
    var draws = 4_000;
    var both = 0;
    for (var seed = 0L; seed < draws; seed++) {
      var mask = new RandomSelection(seed).select(TENSORS, 0.5).mask().tensor("b");
      both += mask.isAlive(17) || mask.isAlive(18) ? 0 : 1;
    }

    // Then the chance is 50/100 * 49/99; five standard deviations are 0.034
    assertThat(both / (double) draws).isBetween(0.2475 - 0.034, 0.2475 + 0.034);
  }

  @Test
  void shouldDependOnTheSeedAndNotOnTheWeights() {
    // Given
    var weights = new float[40];
    weights[3] = 5;
    var others = List.of(RandomTensors.dense("a", Shape.of(5, 8), weights), TENSORS.get(1));

    // Then
    var mask = new RandomSelection(1).select(TENSORS, 0.5).mask();
    assertThat(new RandomSelection(1).select(others, 0.5).mask()).isEqualTo(mask);
    assertThat(new RandomSelection(2).select(TENSORS, 0.5).mask()).isNotEqualTo(mask);
  }
}
