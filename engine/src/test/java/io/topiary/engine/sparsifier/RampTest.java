package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.engine.sparsifier.Sparsification.Length;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RampTest {
  private static final Target NINETY_PERCENT = new Target(0.9, 1000);

  @Test
  void shouldRiseByTheCubeOfWhatIsLeft() {
    // Given
    Ramp ramp = Ramp.of(NINETY_PERCENT, 1, new Length(10 * 3, 3));

    // Then: 0.9 - 0.9 (1 - t/9)^3
    double[] expected = {
      .267901, .476543, .633333, .745679, .820988, .866667, .890123, .898765, .9
    };
    for (int t = 1; t <= expected.length; t++) {
      assertThat(ramp.sparsity(3 * t)).isEqualTo(expected[t - 1], within(5e-7));
    }
    assertThat(ramp.zeros(3)).isEqualTo(268);
    assertThat(ramp.zeros(27)).isEqualTo(900);
  }

  @Test
  void shouldStepAtTheEndOfPeriodsAndLeaveTheLastOneFree() {
    // Given: 7 epochs of 4 iterations, every second: n = 7 div 2 - 1 = 2
    Ramp ramp = Ramp.of(NINETY_PERCENT, 2, new Length(7 * 4, 4));

    // Then
    assertThat(IntStream.rangeClosed(0, 28).filter(ramp::isEvent)).containsExactly(8, 16);
    assertThat(ramp.sparsity(7)).isZero();
    // 0.9 (1 - 1/8)
    assertThat(ramp.sparsity(8)).isEqualTo(0.7875, within(1e-12));
    assertThat(ramp.sparsity(15)).isEqualTo(0.7875, within(1e-12));
    assertThat(ramp.sparsity(16)).isEqualTo(0.9);
    assertThat(ramp.sparsity(28)).isEqualTo(0.9);
  }

  @Test
  void shouldCountWholeEpochsOnly() {
    // Given: 3.75 epochs of 4 iterations
    Ramp ramp = Ramp.of(NINETY_PERCENT, 1, new Length(15, 4));

    // Then
    assertThat(IntStream.rangeClosed(0, 15).filter(ramp::isEvent)).containsExactly(4, 8);
  }

  @Test
  void shouldRefuseARunWithoutTimeForIt() {
    assertThatThrownBy(() -> Ramp.of(NINETY_PERCENT, 3, new Length(23, 4)))
        .isInstanceOf(SparsifierException.class)
        .hasMessage(
            "With a ramp period of 3, in epochs, a run must have at least 6 whole epochs; it has 5.");
    assertThat(Ramp.of(NINETY_PERCENT, 3, new Length(24, 4)).events()).isEqualTo(1);
  }
}
