package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Hand-computed. A run of 4 epochs of one iteration each, pruned after every one, has n = 3 events;
 * with s = 0.5 and 4 weights they leave rint(4 * 0.5 (1 - 8/27)) = rint(1.41) = 1, rint(4 * 0.5 (1
 * - 1/27)) = rint(1.93) = 2 and 2 of them at 0. The learning rate and the momentum are 0.5; all
 * numbers are exact in binary.
 */
// The numbers are exact in binary, and float has room for them.
@SuppressWarnings("FloatingPointLiteralPrecision")
class GradualMagnitudePruningTest {

  @Test
  void shouldKeepPrunedWeightsAndTheirMomentumAtZero() {
    // Given
    TinyRun run =
        TinyRun.of(
            new Sparsification.Gmp(0.5, 1, false),
            4,
            new Sgd(0.5, 0),
            0.5,
            new float[] {1, -0.5f, 0.25f, 2, 1});

    // When: buf = g, w - buf / 2 = 0.5, -0.75, 0.5, 2; of the two that tie the first goes
    run.iterate(1, 0.5f, -0.5f, 0, 1);

    // Then
    assertThat(run.weights()).containsExactly(0, -0.75f, 0.5f, 2, 0.5f);
    assertThat(run.momentum()).containsExactly(0, 0.5f, -0.5f, 0, 1);

    // When: buf = buf / 2 + g = 1, 1.25, -0.25, 0; w = -0.5, -1.375, 0.625, 2. Weight 0 is pruned
    // already, weight 2 is the smallest of the others.
    run.iterate(1, 1, 0, 0, 0);

    // Then
    assertThat(run.weights()).containsExactly(0, -1.375f, 0, 2, 0.25f);
    assertThat(run.momentum()).containsExactly(0, 1.25f, 0, 0, 0.5f);

    // When: a last event, which finds as many pruned as there shall be
    run.iterate(8, 0, 8, 0, 0);

    // Then
    assertThat(run.weights()).containsExactly(0, -1.6875f, 0, 2, 0.125f);
    assertThat(run.momentum()).containsExactly(0, 0.625f, 0, 0, 0.25f);

    // When: no event, and pruned weights stay pruned
    run.iterate(8, 0, 8, 0, 0);

    // Then
    assertThat(run.effective()).containsExactly(0, -1.84375f, 0, 2, 0.0625f);
    assertThat(run.momentum()).containsExactly(0, 0.3125f, 0, 0, 0.125f);
  }

  @Test
  void shouldLetPrunedWeightsComeBack() {
    // Given: weight decay 0.25, so Nesterov: g = grad + w / 4, buf = buf / 2 + g,
    // w = w - (g + buf / 2) / 2
    TinyRun run =
        TinyRun.of(
            new Sparsification.Gmp(0.5, 1, true),
            4,
            new Sgd(0.5, 0.25),
            0.5,
            new float[] {1, -0.5f, 0.25f, 2, 1});

    // When: g = buf = 1.25, -0.125, 0.0625, 0.5, 0.25; w = w - 0.75 g
    run.iterate(1, 0, 0, 0, 0);

    // Then: the smallest is masked and kept; only its momentum is gone
    assertThat(run.weights()).containsExactly(0.0625f, -0.40625f, 0.203125f, 1.625f, 0.8125f);
    assertThat(run.effective()).containsExactly(0, -0.40625f, 0.203125f, 1.625f, 0.8125f);
    assertThat(run.momentum()).containsExactly(0, -0.125f, 0.0625f, 0.5f, 0.25f);

    // When: the gradient -4 does not reach the masked weight, its decay does:
    // g_0 = buf_0 = 0.015625, w_0 = 0.0625 - 0.75 * 0.015625
    run.iterate(-4, 0, 0, 0, 0);

    // Then: weights 0 and 2 are the smallest
    assertThat(run.weights())
        .containsExactly(0.05078125f, -0.314453125f, 0.1572265625f, 1.2578125f, 0.62890625f);
    assertThat(run.state("mask")).containsExactly(0, 1, 0, 1);
    assertThat(run.momentum()).containsExactly(0, -0.1640625f, 0, 0.65625f, 0.328125f);

    // When: g_1 = -0.4375 - 0.07861328125 = -0.51611328125, buf_1 = -0.08203125 + g_1 =
    // -0.59814453125, w_1 = -0.314453125 + (0.51611328125 + 0.299072265625) / 2 = 0.0931396484375;
    // g_2 = buf_2 = 0.039306640625, w_2 = 0.1572265625 - 0.75 * 0.039306640625
    run.iterate(0, -0.4375f, 0, 0, 0);

    // Then: weight 2 is larger than weight 1 and takes its place
    assertThat(run.weights())
        .startsWith(0.041259765625f, 0.0931396484375f, 0.12774658203125f, 0.93994140625f);
    assertThat(run.state("mask")).containsExactly(0, 0, 1, 1);
    assertThat(run.effective()).startsWith(0, 0, 0.12774658203125f, 0.93994140625f);
    assertThat(run.momentum()).startsWith(0, 0, 0.039306640625f, 0.642578125f);
  }
}
