package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.sparsifier.Sparsification.Length;
import org.junit.jupiter.api.Test;

// The numbers are exact in binary, and float has room for them.
@SuppressWarnings("FloatingPointLiteralPrecision")
class DynamicPruningTest {
  private static final float[] START = {1, -0.5f, 0.25f, 2, 1};

  @Test
  void shouldMovePrunedWeightsByTheFullGradient() {
    // Given: as in GMP's tests, 1, 2 and 2 weights are to be 0 after the first three iterations
    TinyRun run = TinyRun.of(new Sparsification.Dpf(0.5, 1), 4, new Sgd(0.5, 0), 0.5, START);

    // When: buf = g, w = w - buf / 2
    run.iterate(1, 0, 0, 0, 0);

    // Then
    assertThat(run.weights()).containsExactly(0.5f, -0.5f, 0.25f, 2, 1);
    assertThat(run.effective()).containsExactly(0.5f, -0.5f, 0, 2, 1);

    // When: buf = 0.5, 0, -2, 0; the masked weight 2 moves to 1.25
    run.iterate(0, 0, -2, 0, 0);

    // Then: it is back, and the two smallest are others
    assertThat(run.weights()).containsExactly(0.25f, -0.5f, 1.25f, 2, 1);
    assertThat(run.state("mask")).containsExactly(0, 0, 1, 1);
    assertThat(run.effective()).containsExactly(0, 0, 1.25f, 2, 1);
    // Momentum is not masked.
    assertThat(run.momentum()).containsExactly(0.5f, 0, -2, 0, 0);

    // When: buf = 0.25, 0, -1, 0
    run.iterate(0, 0, 0, 0, 0);

    // Then
    assertThat(run.weights()).containsExactly(0.125f, -0.5f, 1.75f, 2, 1);
  }

  @Test
  void shouldLetWeightDecayReachPrunedWeights() {
    // Given
    TinyRun run = TinyRun.of(new Sparsification.Dpf(0.5, 1), 4, new Sgd(0, 0.25), 0.5, START);

    // When: g = w / 4, w = w - g / 2 = 0.875 w
    run.iterate(0, 0, 0, 0, 0);
    run.iterate(0, 0, 0, 0, 0);

    // Then: of weight 2, masked in the second iteration, as of all others 0.875^2 = 0.765625 is
    // left
    assertThat(run.weights())
        .containsExactly(0.765625f, -0.3828125f, 0.19140625f, 1.53125f, 0.765625f);
  }

  @Test
  void shouldMakeItsMaskAnewEverySixteenIterations() {
    // Given: 2 epochs of 33 iterations have one event, after the first; weight 1 is smaller than
    // weight 0 until, in iteration 40, weight 0 becomes smaller
    Layout layout = TinyRun.FOUR_WEIGHTS_AND_A_BIAS;
    Sparsifier method = new Sparsification.Dpf(0.25, 1).begin(layout, new Length(66, 33), 0);
    TinyRun run = new TinyRun(layout, method, new Sgd(0, 0), 1, new float[] {2, 1, 4, 4, 1});

    // When, Then
    while (run.done() < 66) {
      run.iterate(run.done() + 1 == 40 ? 1.5f : 0, 0, 0, 0, 0);
      float[] expected =
          run.done() < 33
              ? new float[] {1, 1, 1, 1}
              : run.done() < 48 ? new float[] {1, 0, 1, 1} : new float[] {0, 1, 1, 1};
      assertThat(run.state("mask")).as("after %d", run.done()).containsExactly(expected);
    }
  }
}
