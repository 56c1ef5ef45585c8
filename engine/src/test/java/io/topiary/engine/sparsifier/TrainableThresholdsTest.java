package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.topiary.engine.sparsifier.Layout.Span;
import io.topiary.engine.sparsifier.Sparsification.Length;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainableThresholdsTest {
  private static final Offset<Float> CLOSE = within(1e-6f);

  @Test
  void shouldMoveWeightsAndThresholds() {
    // Given: two units of two weights, thresholds 0; buf = buf / 2 + g, w = w - buf / 2
    TinyRun run =
        TinyRun.of(
            new Sparsification.Dst(0.5, 0.5),
            1,
            new Sgd(0.5, 0),
            0.5,
            new float[] {0.25f, -0.5f, 2, 0, 1});

    // When: unit 0: x = 0.25, 0.5; d = 1, 0.4; dw = 1 (1 + 0.25), 2 (1 + 0.2);
    // dt = -(0.25 - 0.4) - 0.5 = -0.35. Unit 1: x = 2, 0; d = 0, 2; dw = 4, 0; dt = -0.5.
    run.iterate(1, 2, 4, 1, 0);

    // Then
    assertThat(run.state("thresholds")).containsExactly(new float[] {0.175f, 0.25f}, CLOSE);
    assertThat(run.state("thresholds.momentum"))
        .containsExactly(new float[] {-0.35f, -0.5f}, CLOSE);
    assertThat(run.weights()).containsExactly(new float[] {-0.375f, -1.7f, 0, 0, 1}, CLOSE);

    // When: unit 0: x = 0.2, 1.525; d = 1.2, 0; dw = 0, 1; dt = -0.5 exp(-0.175) = -0.4197285.
    // Unit 1: weights of 0 get no gradient; dt = -0.5 exp(-0.25) = -0.3894004.
    run.iterate(0, 1, 3, 1, 0);

    // Then: buf = -0.175 - 0.4197285, -0.25 - 0.3894004
    assertThat(run.state("thresholds.momentum"))
        .containsExactly(new float[] {-0.5947285f, -0.6394004f}, CLOSE);
    assertThat(run.state("thresholds"))
        .containsExactly(new float[] {0.4723643f, 0.5697002f}, CLOSE);
    // buf = 0.625, 1.2 + 1, 2, 0
    assertThat(run.weights()).containsExactly(new float[] {-0.6875f, -2.8f, -1, 0, 1}, CLOSE);
    assertThat(run.effective()).containsExactly(new float[] {-0.6875f, -2.8f, -1, 0, 1}, CLOSE);
  }

  @Test
  void shouldReachPrunedWeightsThroughTheirMagnitude() {
    // Given: thresholds 0.25 and 0.5; a weight as large as its threshold is pruned
    TinyRun run =
        TinyRun.of(
            new Sparsification.Dst(0.5, 0), 1, new Sgd(0, 0), 1, new float[] {0.125f, 2, 0.5f, -1});
    run.method()
        .restore(
            Map.of("thresholds", new float[] {0.25f, 0.5f}, "thresholds.momentum", new float[2]));
    assertThat(run.effective()).containsExactly(0, 2, 0, -1, 0);

    // When: x = -0.125, d = 1.5: dw_0 = 2 * 0.125 * 1.5, dt_0 = -0.375. Weight 1: x = 1.75, d = 0.
    // x = 0, d = 2: dw_2 = 1 * 0.5 * 2. x = 0.5, d = 0.4: dw_3 = 1 + 0.4; dt_1 = -(1 - 0.4).
    run.iterate(2, 0, 1, 1, 0);

    // Then
    assertThat(run.weights()).containsExactly(new float[] {-0.25f, 2, -0.5f, -2.4f, 0}, CLOSE);
    assertThat(run.state("thresholds")).containsExactly(new float[] {0.625f, 1.1f}, CLOSE);
  }

  @Test
  void shouldLetWeightDecayAndThePenaltyReachThresholds() {
    // Given
    TinyRun run =
        TinyRun.of(
            new Sparsification.Dst(0.5, 0.5), 1, new Sgd(0.5, 0.25), 0.5, new float[] {9, 9, 9, 9});
    run.method()
        .restore(Map.of("thresholds", new float[] {1, -1}, "thresholds.momentum", new float[2]));

    // When: g = -0.5 exp(-t) + t / 4 = 0.0660603, -1.6091409; t = t - 0.75 g
    run.iterate(0, 0, 0, 0, 0);

    // Then
    assertThat(run.state("thresholds"))
        .containsExactly(new float[] {0.9504548f, 0.2068557f}, CLOSE);
  }

  @ParameterizedTest
  @CsvSource({"1, 100, true", "2, 100, false", "2, 200, true", "3, 200, false", "1, 199, true"})
  void shouldStartAgainWhereOnePercentIsLeft(int kept, int weights, boolean reset) {
    // Given: a tensor of which so many weights are above the threshold, and one that is dense
    Layout layout =
        new Layout(List.of(new Span("a", 0, weights, 1), new Span("b", weights, 2, 2)), List.of());
    Sparsifier method = new Sparsification.Dst(0.5, 0).begin(layout, new Length(1, 1), 0);
    Rows rows = new Rows(layout);
    Arrays.fill(rows.weights(), 0, weights, 0.1f);
    Arrays.fill(rows.weights(), weights - kept, weights + 2, 1f);
    float[] momentum = {0.25f, 0.5f, 0.5f};
    method.restore(
        Map.of("thresholds", new float[] {0.5f, 0.5f, 0.5f}, "thresholds.momentum", momentum));

    // When
    method.afterIteration(rows, 1);

    // Then
    assertThat(method.state().get("thresholds")).containsExactly(reset ? 0 : 0.5f, 0.5f, 0.5f);
    assertThat(method.state().get("thresholds.momentum")).containsExactly(momentum);
  }

  @Test
  void shouldFollowFiniteDifferencesWhereTheStepIsSmooth() {
    // Given: S, of which d is the derivative, in the place of the step; loss = sum of c e
    Layout layout = new Layout(List.of(new Span("a", 0, 40, 4)), List.of());
    Sparsifier method = new Sparsification.Dst(0.5, 0.125).begin(layout, new Length(1, 1), 0);
    float[] t = {0.1f, 0.3f, 0.5f, 0.8f};
    method.restore(Map.of("thresholds", t, "thresholds.momentum", new float[4]));
    SplittableRandom random = new SplittableRandom(43);
    Rows rows = new Rows(layout);
    float[] c = new float[40];
    for (int i = 0; i < 40; i++) {
      rows.weights()[i] = (float) random.nextDouble(-2.5, 2.5);
      c[i] = (float) random.nextDouble(-2, 2);
    }
    System.arraycopy(c, 0, rows.gradients(), 0, 40);

    // When
    method.backward(rows);

    // Then: dloss/dw is c (step(x) + |w| d(x)), that of the smooth one c (S(x) + |w| d(x))
    double h = 0x1p-10;
    for (int i = 0; i < 40; i++) {
      double w = rows.weights()[i];
      double x = Math.abs(w) - t[i / 10];
      double smooth = c[i] * (smooth(w + h, t[i / 10]) - smooth(w - h, t[i / 10])) / (2 * h);
      double expected = smooth - c[i] * integral(x) + (x > 0 ? c[i] : 0);
      assertThat((double) rows.gradients()[i]).as("weight %d", i).isEqualTo(expected, within(2e-2));
    }
    // When: a step of rate -1 without momentum adds the gradients of thresholds
    method.step(new Rows(layout), new Sgd(0, 0), -1);
    for (int unit = 0; unit < 4; unit++) {
      double difference = 0.125 * (Math.exp(-t[unit] - h) - Math.exp(-t[unit] + h)) / (2 * h);
      for (int i = 10 * unit; i < 10 * unit + 10; i++) {
        double w = rows.weights()[i];
        difference += c[i] * (smooth(w, t[unit] + h) - smooth(w, t[unit] - h)) / (2 * h);
      }
      assertThat((double) method.state().get("thresholds")[unit] - t[unit])
          .as("unit %d", unit)
          .isEqualTo(difference, within(2e-2));
    }
  }

  private static double smooth(double w, double t) {
    return w * integral(Math.abs(w) - t);
  }

  /** S(x): the integral of d from 0 to x. */
  private static double integral(double x) {
    double distance = Math.abs(x);
    double value =
        distance <= 0.4
            ? 2 * distance - 2 * distance * distance
            : 0.48 + 0.4 * (Math.min(distance, 1) - 0.4);
    return Math.signum(x) * value;
  }
}
