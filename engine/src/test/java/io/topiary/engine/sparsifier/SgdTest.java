package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.engine.random.RandomStream;
import org.junit.jupiter.api.Test;

/** The expected values are binary fractions worked out by hand, so they must come out exactly. */
class SgdTest {
  private final float[] weight = {1};
  private final float[] buffer = {0};

  @Test
  void shouldTakePlainMomentumStepsWithoutWeightDecay() {
    // Given
    Sgd sgd = new Sgd(0.5, 0);

    // When, Then: buf 2, 0.5 2 + 1 = 2, 0.5 2 - 4 = -3
    assertThat(step(sgd, 2, 0.5)).isEqualTo(1 - 0.5f * 2);
    assertThat(step(sgd, 1, 0.25)).isEqualTo(0 - 0.25f * 2);
    assertThat(step(sgd, -4, 1)).isEqualTo(-0.5f + 3);
  }

  @Test
  void shouldTakeNesterovStepsWithWeightDecay() {
    // Given
    weight[0] = 2;
    Sgd sgd = new Sgd(0.5, 0.25);

    // When, Then: g = 1.5 + 0.5 = 2, buf = 2, step = 2 + 1 = 3
    assertThat(step(sgd, 1.5f, 0.5)).isEqualTo(0.5f);
    // g = 1 + 0.125 = 1.125, buf = 1 + 1.125 = 2.125, step = 1.125 + 1.0625 = 2.1875
    assertThat(step(sgd, 1, 0.25)).isEqualTo(-0.046875f);
  }

  @Test
  void shouldKeepTheLearningRateOutOfTheBuffer() {
    // Given
    Sgd sgd = new Sgd(0.5, 0);

    // When: the first rate of a warm-up is 0
    step(sgd, 2, 0);

    // Then
    assertThat(weight[0]).isEqualTo(1);
    assertThat(step(sgd, 0, 1)).isEqualTo(1 - 0.5f * 2);
  }

  @Test
  void shouldTreatEveryPlaceOfARowAlikeAndLeaveOthersAlone() {
    // Given
    int size = 10_001;
    RandomStream random = RandomStream.of(3);
    float[] weights = new float[size];
    float[] gradients = new float[size];
    float[] expected = new float[size];
    for (int i = 0; i < size; i++) {
      weights[i] = random.nextInt(100);
      gradients[i] = random.nextInt(100);
      boolean moves = i >= 5 && i < size - 7;
      expected[i] = weights[i] - (moves ? 0.5f * gradients[i] : 0);
    }

    // When
    new Sgd(0.9, 0).step(weights, gradients, new float[size], 0.5, 5, size - 7);

    // Then
    assertThat(weights).containsExactly(expected);
  }

  @Test
  void shouldRefuseWhatIsNoMomentumAndNoWeightDecay() {
    assertThatThrownBy(() -> new Sgd(1, 0))
        .isInstanceOf(SparsifierException.class)
        .hasMessage("Momentum is 1.0; it must be in [0, 1).");
    assertThatThrownBy(() -> new Sgd(0, -0.1))
        .isInstanceOf(SparsifierException.class)
        .hasMessage("Weight decay is -0.1; it must be at least 0.");
    assertThatThrownBy(() -> new Sgd(0, Double.NaN)).isInstanceOf(SparsifierException.class);
  }

  private float step(Sgd sgd, float gradient, double learningRate) {
    sgd.step(weight, new float[] {gradient}, buffer, learningRate);
    return weight[0];
  }
}
