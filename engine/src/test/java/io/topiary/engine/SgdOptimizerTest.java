package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.SgdOptimizer.Slot;
import io.topiary.engine.random.RandomStream;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The expected values are binary fractions worked out by hand, so they must come out exactly. */
class SgdOptimizerTest {
  private final FloatBuffer weights = FloatBuffer.allocate(1);
  private final FloatBuffer gradients = FloatBuffer.allocate(1);

  @Test
  void shouldTakePlainMomentumStepsWithoutWeightDecay() {
    // Given
    weights.put(0, 1);
    SgdOptimizer optimizer = new SgdOptimizer(0.5, 0, List.of(Slot.dense(weights, gradients)));

    // When, Then: buf 2, 0.5 2 + 1 = 2, 0.5 2 - 4 = -3
    assertThat(step(optimizer, 2, 0.5)).isEqualTo(1 - 0.5f * 2);
    assertThat(step(optimizer, 1, 0.25)).isEqualTo(0 - 0.25f * 2);
    assertThat(step(optimizer, -4, 1)).isEqualTo(-0.5f + 3);
  }

  @Test
  void shouldTakeNesterovStepsWithWeightDecay() {
    // Given
    weights.put(0, 2);
    SgdOptimizer optimizer = new SgdOptimizer(0.5, 0.25, List.of(Slot.dense(weights, gradients)));

    // When, Then: g = 1.5 + 0.5 = 2, buf = 2, step = 2 + 1 = 3
    assertThat(step(optimizer, 1.5f, 0.5)).isEqualTo(0.5f);
    // g = 1 + 0.125 = 1.125, buf = 1 + 1.125 = 2.125, step = 1.125 + 1.0625 = 2.1875
    assertThat(step(optimizer, 1, 0.25)).isEqualTo(-0.046875f);
  }

  @Test
  void shouldKeepTheLearningRateOutOfTheBuffer() {
    // Given
    weights.put(0, 1);
    SgdOptimizer optimizer = new SgdOptimizer(0.5, 0, List.of(Slot.dense(weights, gradients)));

    // When: the first rate of a warm-up is 0
    step(optimizer, 2, 0);

    // Then
    assertThat(weights.get(0)).isEqualTo(1);
    assertThat(step(optimizer, 0, 1)).isEqualTo(1 - 0.5f * 2);
  }

  @Test
  void shouldHoldPrunedWeightsAndTheirMomentumAtZero() {
    // Given
    FloatBuffer pair = FloatBuffer.wrap(new float[] {3, 3});
    FloatBuffer pull = FloatBuffer.wrap(new float[] {1, 1});
    SgdOptimizer optimizer =
        new SgdOptimizer(0.5, 0, List.of(Slot.masked(pair, pull, new float[] {1, 0})));

    // When
    optimizer.step(1);
    optimizer.step(1);

    // Then
    assertThat(pair.array()).containsExactly(3 - 1 - 0.5f, 0);
  }

  @Test
  void shouldLeaveNoMomentumBehindWhereAWeightWasPruned() {
    // Given a pruned weight that was pulled at
    FloatBuffer pruned = FloatBuffer.wrap(new float[] {3});
    float[] mask = {0};
    SgdOptimizer optimizer =
        new SgdOptimizer(
            0.5, 0, List.of(Slot.masked(pruned, FloatBuffer.wrap(new float[] {1}), mask)));
    optimizer.step(1);

    // When the mask no longer holds it, and nothing pulls
    mask[0] = 1;
    optimizer.step(1);

    // Then nothing moves it
    assertThat(pruned.get(0)).isZero();
  }

  @Test
  void shouldClearGradientsForTheNextBackwardPass() {
    // Given
    SgdOptimizer optimizer = new SgdOptimizer(0, 0, List.of(Slot.dense(weights, gradients)));

    // When
    step(optimizer, 5, 1);

    // Then
    assertThat(gradients.get(0)).isZero();
  }

  @Test
  void shouldTreatEveryElementOfLargeTensorsAlike() {
    // Given
    int size = 10_001;
    RandomStream random = RandomStream.of(3);
    FloatBuffer many = FloatBuffer.allocate(size);
    FloatBuffer pulls = FloatBuffer.allocate(size);
    float[] mask = new float[size];
    float[] expected = new float[size];
    for (int i = 0; i < size; i++) {
      many.put(i, random.nextInt(100));
      pulls.put(i, random.nextInt(100));
      mask[i] = random.nextInt(2);
      expected[i] = mask[i] * (many.get(i) - 0.5f * pulls.get(i));
    }
    SgdOptimizer optimizer =
        new SgdOptimizer(
            0.9, 0, List.of(Slot.dense(weights, gradients), Slot.masked(many, pulls, mask)));

    // When
    optimizer.step(0.5);

    // Then
    assertThat(many.array()).containsExactly(expected);
  }

  private float step(SgdOptimizer optimizer, float gradient, double learningRate) {
    gradients.put(0, gradient);
    optimizer.step(learningRate);
    return weights.get(0);
  }
}
