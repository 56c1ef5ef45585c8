package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

// The numbers are exact in binary, and float has room for them.
@SuppressWarnings("FloatingPointLiteralPrecision")
class GlobalSparseMomentumTest {

  @Test
  void shouldLeaveTheGradientToWeightsThatMatterMost() {
    // Given: floor(0.5 * 4) = 2 of 4; g = grad + w / 4, buf = buf / 2 + g, w = w - (g + buf / 2) /
    // 2
    TinyRun run =
        TinyRun.of(
            new Sparsification.Gsm(0.5),
            1,
            new Sgd(0.5, 0.25),
            0.5,
            new float[] {1, -2, 0.5f, 4, 1});

    // When: |w grad| = 0.5, 1, 2, 0.5, so weights 1 and 2 keep their gradient; the bias always
    // does.
    // g = buf = 0.25, 0.5 - 0.5, 4 + 0.125, 1, 1.25; w = w - 0.75 g
    run.iterate(0.5f, 0.5f, 4, 0.125f, 1);

    // Then
    assertThat(run.weights()).containsExactly(0.8125f, -2, -2.59375f, 3.25f, 0.0625f);
    assertThat(run.momentum()).containsExactly(0.25f, 0, 4.125f, 1, 1.25f);

    // When: |w grad| = 3.25, 3.25, 0, 3.25, of which the last two, weights 1 and 3, are chosen.
    // g = 0.203125, 1.625 - 0.5, -0.6484375, 1 + 0.8125, 0.015625
    run.iterate(4, 1.625f, 0, 1, 0);

    // Then: buf = 0.125 + 0.203125, 0 + 1.125, 2.0625 - 0.6484375, 0.5 + 1.8125, 0.625 + 0.015625
    assertThat(run.momentum()).containsExactly(0.328125f, 1.125f, 1.4140625f, 2.3125f, 0.640625f);
    assertThat(run.weights())
        .containsExactly(0.62890625f, -2.84375f, -2.623046875f, 1.765625f, -0.10546875f);
  }

  @Test
  void shouldRefuseToRunWithoutWeightDecay() {
    assertThatThrownBy(
            () ->
                TinyRun.of(
                    new Sparsification.Gsm(0.5),
                    1,
                    new Sgd(0.99, 0),
                    0.1,
                    new float[] {1, 1, 1, 1}))
        .isInstanceOf(SparsifierException.class)
        .hasMessage("GSM needs a weight decay above 0, as nothing else brings its weights to 0.");
  }
}
