package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NeuralWiringsTest {

  @Test
  void shouldComputeWithTheLargestAndMoveAll() {
    // Given: floor(0.5 * 4) = 2 go; buf = buf / 2 + g, w = w - buf / 2
    TinyRun run =
        TinyRun.of(
            new Sparsification.Dnw(0.5),
            1,
            new Sgd(0.5, 0),
            0.5,
            new float[] {1, -0.5f, 0.25f, 2, 3});

    // Then: tau = 0.5
    assertThat(run.effective()).containsExactly(1, 0, 0, 2, 3);

    // When: the gradient goes straight through to weight 2, which becomes 1.25
    run.iterate(0, 0, -2, 0, 0);

    // Then: tau = 1
    assertThat(run.weights()).containsExactly(1, -0.5f, 1.25f, 2, 3);
    assertThat(run.effective()).containsExactly(0, 0, 1.25f, 2, 3);

    // When: momentum moves it on by 0.5
    run.iterate(0, 0, 0, 0, 0);

    // Then
    assertThat(run.weights()).containsExactly(1, -0.5f, 1.75f, 2, 3);
    assertThat(run.momentum()).containsExactly(0, 0, -1, 0, 0);
  }

  @Test
  void shouldPruneAllThatAreAsLargeAsTheThreshold() {
    // Given
    TinyRun run =
        TinyRun.of(
            new Sparsification.Dnw(0.5), 1, new Sgd(0, 0), 0.5, new float[] {1, -1, 1, 2, 3});

    // Then
    assertThat(run.effective()).containsExactly(0, 0, 0, 2, 3);
  }

  @Test
  void shouldPruneNothingWhenTooFewWeightsAreThere() {
    // Given: floor(0.2 * 4) = 0
    TinyRun run =
        TinyRun.of(
            new Sparsification.Dnw(0.2), 1, new Sgd(0, 0), 0.5, new float[] {1, -1, 1, 2, 3});

    // Then
    assertThat(run.effective()).containsExactly(1, -1, 1, 2, 3);
  }
}
