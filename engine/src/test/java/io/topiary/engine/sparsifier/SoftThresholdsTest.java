package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.topiary.engine.sparsifier.Layout.Span;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SoftThresholdsTest {
  private static final Offset<Float> CLOSE = within(1e-6f);

  @Test
  void shouldShrinkWeightsAndMoveTheirThreshold() {
    // Given: sigmoid(0) = 0.5, of slope 0.25; buf = buf / 2 + g, w = w - buf / 2
    TinyRun run =
        TinyRun.of(
            new Sparsification.Str(0.5, 0),
            1,
            new Sgd(0.5, 0),
            0.5,
            new float[] {1, -0.75f, 0.25f, 0.5f, 3});

    // Then: a weight as large as the threshold is 0
    assertThat(run.effective()).containsExactly(0.5f, -0.25f, 0, 0, 3);

    // When: the gradient reaches weights 0 and 1; that of a is -0.25 (1 - 2) = 0.25
    run.iterate(1, 2, 4, 4, 1);

    // Then
    assertThat(run.weights()).containsExactly(0.5f, -1.75f, 0.25f, 0.5f, 2.5f);
    assertThat(run.momentum()).containsExactly(1, 2, 0, 0, 1);
    assertThat(run.state("thresholds")).containsExactly(-0.125f);
    assertThat(run.state("thresholds.momentum")).containsExactly(0.25f);
    // sigmoid(-0.125) = 0.4687906
    assertThat(run.effective())
        .containsExactly(new float[] {0.0312094f, -1.281209f, 0, 0.0312094f, 2.5f}, CLOSE);

    // When: the slope is 0.4687906 * 0.5312094 = 0.2490260, the gradient of a -0.2490260 * -1
    run.iterate(0, 1, 0, 0, 0);

    // Then: buf = 0.125 + 0.2490260, a = -0.125 - 0.3740260 / 2
    assertThat(run.state("thresholds.momentum")).containsExactly(new float[] {0.3740260f}, CLOSE);
    assertThat(run.state("thresholds")).containsExactly(new float[] {-0.3120130f}, CLOSE);
    // buf = 0.5, 1 + 1
    assertThat(run.weights()).containsExactly(0.25f, -2.75f, 0.25f, 0.5f, 2.25f);
  }

  @Test
  void shouldLetWeightDecayPullThresholdsUp() {
    // Given
    TinyRun run =
        TinyRun.of(
            new Sparsification.Str(0.5, -2), 1, new Sgd(0.5, 0.25), 0.5, new float[] {1, 1, 1, 1});

    // When: g = buf = -2 / 4; a = -2 + (0.5 + 0.25) / 2
    run.iterate(0, 0, 0, 0, 0);

    // Then
    assertThat(run.state("thresholds")).containsExactly(-1.625f);
    assertThat(run.state("thresholds.momentum")).containsExactly(-0.5f);
  }

  @Test
  void shouldStartDenseFarBelowZero() {
    // Given: sigmoid(-12800) is 0 in any floating point
    TinyRun run =
        TinyRun.of(
            new Sparsification.Str(0.5, -12800),
            1,
            new Sgd(0.5, 0),
            0.5,
            new float[] {1, -0.75f, 1e-30f, -0f, 3});

    // When
    float[] effective = run.effective();
    run.iterate(1, 1, 1, 1, 1);

    // Then
    assertThat(effective).containsExactly(1, -0.75f, 1e-30f, 0, 3);
    assertThat(run.state("thresholds")).containsExactly(-12800);
  }

  @Test
  void shouldFollowFiniteDifferences() {
    // Given: loss = sum of c e^2 / 2, so that dloss/de = c e; no weight close to its threshold
    Layout layout =
        new Layout(List.of(new Span("a", 0, 20, 4), new Span("b", 20, 30, 3)), List.of());
    Sparsifier method = new Sparsification.Str(0.5, -1).begin(layout, aRun(), 0);
    float[] a = {-1, -0.5f};
    method.restore(Map.of("thresholds", a, "thresholds.momentum", new float[2]));
    SplittableRandom random = new SplittableRandom(42);
    Rows rows = new Rows(layout);
    float[] c = new float[50];
    for (int i = 0; i < 50; i++) {
      float threshold = i < 20 ? 0.2689414f : 0.3775407f;
      float distance = (float) random.nextDouble(0.05, 0.25) * (random.nextBoolean() ? 1 : -1);
      rows.weights()[i] = (threshold + distance) * (random.nextBoolean() ? 1 : -1);
      c[i] = (float) random.nextDouble(-2, 2);
    }
    float[] effective = method.effective(rows);
    for (int i = 0; i < 50; i++) {
      rows.gradients()[i] = c[i] * effective[i];
    }

    // When: a step of rate -1 without momentum adds the gradients
    method.backward(rows);
    float[] gradients = rows.gradients().clone();
    Rows moved = new Rows(layout);
    System.arraycopy(gradients, 0, moved.gradients(), 0, 50);
    method.step(moved, new Sgd(0, 0), -1);
    float[] stepped = method.state().get("thresholds");

    // Then
    double h = 0x1p-7;
    for (int i = 0; i < 50; i++) {
      float w = rows.weights()[i];
      float t = i < 20 ? a[0] : a[1];
      double difference = (loss(c[i], w + h, t) - loss(c[i], w - h, t)) / (2 * h);
      assertThat((double) gradients[i]).as("weight %d", i).isEqualTo(difference, within(1e-4));
    }
    for (int t = 0; t < 2; t++) {
      double difference = 0;
      for (int i = t == 0 ? 0 : 20; i < (t == 0 ? 20 : 50); i++) {
        float w = rows.weights()[i];
        difference += (loss(c[i], w, a[t] + h) - loss(c[i], w, a[t] - h)) / (2 * h);
      }
      assertThat((double) stepped[t] - a[t]).as("a %d", t).isEqualTo(difference, within(1e-4));
    }
  }

  private static Sparsification.Length aRun() {
    return new Sparsification.Length(1, 1);
  }

  /** The rule once more, as its formula stands. */
  private static double loss(double c, double w, double a) {
    double e = Math.signum(w) * Math.max(Math.abs(w) - 1 / (1 + Math.exp(-a)), 0);
    return c * e * e / 2;
  }
}
