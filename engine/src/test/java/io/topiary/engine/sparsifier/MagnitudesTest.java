package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MagnitudesTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldCutWhereSortingWould(long seed) {
    // Given
    float[] values = awkwardValues(new SplittableRandom(seed));
    int[] sorted =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparing(i -> Math.abs(values[i])))
            .mapToInt(Integer::intValue)
            .toArray();
    Magnitudes magnitudes = new Magnitudes();

    for (int count = 0; count <= values.length; count++) {
      // When
      float[] factors = new float[values.length];
      Magnitudes.Cut cut = magnitudes.cut(values, values.length, count);
      cut.writeFactors(values, factors, values.length);

      // Then
      float[] expected = new float[values.length];
      for (int rank = count; rank < values.length; rank++) {
        expected[sorted[rank]] = 1;
      }
      assertThat(factors).as("seed %d, count %d", seed, count).containsExactly(expected);
    }
  }

  /** Of all magnitudes, with ties, zeros of both signs and floats below the normal ones. */
  private static float[] awkwardValues(SplittableRandom random) {
    float[] values = new float[211];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (random.nextInt(6)) {
            case 0 -> random.nextBoolean() ? 0f : -0f;
            case 1 -> random.nextInt(-2, 3) * Float.MIN_VALUE;
            case 2 -> random.nextInt(-2, 3) * 0.5f;
            case 3 -> (float) random.nextDouble(-1, 1) * Float.MAX_VALUE;
            case 4 -> (float) random.nextDouble(-1, 1) * Float.MIN_NORMAL;
            default -> (float) random.nextDouble(-1, 1);
          };
    }
    return values;
  }

  @Test
  void shouldLeaveWhatLiesBehind() {
    // Given
    float[] values = {3, 1, 2, 0, 0};

    // When
    float magnitude = new Magnitudes().cut(values, 3, 2).magnitude();

    // Then
    assertThat(magnitude).isEqualTo(2);
  }

  @Test
  void shouldRankWhatIsNotANumberLast() {
    // Given
    float[] values = {Float.NaN, Float.NEGATIVE_INFINITY, 1};

    // When
    Magnitudes magnitudes = new Magnitudes();

    // Then
    assertThat(magnitudes.cut(values, 3, 1).magnitude()).isEqualTo(1);
    assertThat(magnitudes.cut(values, 3, 2).magnitude()).isInfinite();
    assertThat(magnitudes.cut(values, 3, 3).magnitude()).isNaN();
  }
}
