package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

// The numbers are exact in binary, and float has room for them.
@SuppressWarnings("FloatingPointLiteralPrecision")
class LearningCompressionTest {

  @Test
  void shouldSpareTheLargestFromDecay() {
    // Given: floor(0.5 * 4) = 2 are spared; g = grad + w / 4 for the others, buf = buf / 2 + g,
    // w = w - (g + buf / 2) / 2
    TinyRun run =
        TinyRun.of(
            new Sparsification.Lc(0.5),
            1,
            new Sgd(0.5, 0.25),
            0.5,
            new float[] {1, -0.5f, 0.25f, 2, 1});

    // When: weights 0 and 3 are spared; g = buf = 0, -0.125, 0.0625, 0, 0.25; w = w - 0.75 g
    run.iterate(0, 0, 0, 0, 0);

    // Then
    assertThat(run.weights()).containsExactly(1, -0.40625f, 0.203125f, 2, 0.8125f);
    assertThat(run.momentum()).containsExactly(0, -0.125f, 0.0625f, 0, 0.25f);

    // When: g = 1, -0.1015625, 0.05078125, -1, 0.203125
    run.iterate(1, 0, 0, -1, 0);

    // Then
    assertThat(run.momentum()).containsExactly(1, -0.1640625f, 0.08203125f, -1, 0.328125f);
    assertThat(run.weights())
        .containsExactly(0.25f, -0.314453125f, 0.1572265625f, 2.75f, 0.62890625f);

    // When: weights 1 and 3 are the largest now, and weight 0 decays: g_0 = 0.0625, g_1 = 0
    run.iterate(0, 0, 0, 0, 0);

    // Then: buf_0 = 0.5 + 0.0625, buf_1 = -0.08203125, buf_2 = 0.041015625 + 0.039306640625
    assertThat(run.momentum()).startsWith(0.5625f, -0.08203125f, 0.080322265625f, -0.5f);
    // w_0 = 0.25 - (0.0625 + 0.28125) / 2, w_1 = -0.314453125 + 0.041015625 / 2
    assertThat(run.weights()).startsWith(0.078125f, -0.2939453125f);
  }

  @Test
  void shouldSpareTheLaterOfEqualWeights() {
    // Given: floor(0.25 * 4) = 1
    TinyRun run =
        TinyRun.of(
            new Sparsification.Lc(0.75), 1, new Sgd(0, 0.25), 1, new float[] {1, -1, 0.5f, 1, 0});

    // When
    run.iterate(0, 0, 0, 0, 0);

    // Then
    assertThat(run.weights()).containsExactly(0.75f, -0.75f, 0.375f, 1, 0);
  }
}
