package io.topiary.engine.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomStreamTest {

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -7, Long.MAX_VALUE})
  void shouldBeSplitMix64(long seed) {
    // Given
    SplittableRandom reference = new SplittableRandom(seed);
    RandomStream random = RandomStream.of(seed);

    // When, Then
    for (int i = 0; i < 100; i++) {
      assertThat(random.nextLong()).isEqualTo(reference.nextLong());
    }
  }

  @Test
  void shouldYieldTheSamePermutationForGood() {
    assertThat(RandomStream.of(2023, RandomStream.IMAGE_ORDER, 3).permutation(8))
        .containsExactly(3, 0, 6, 7, 5, 4, 1, 2);
  }

  @Test
  void shouldTellPurposesOfOneSeedApart() {
    assertThat(
            new long[] {
              RandomStream.of(0).nextLong(),
              RandomStream.of(0, 0).nextLong(),
              RandomStream.of(0, 1).nextLong(),
              RandomStream.of(0, 1, 0).nextLong(),
              RandomStream.of(0, 0, 1).nextLong(),
              RandomStream.of(1, 0).nextLong()
            })
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 1000})
  void shouldPermuteEveryNumberOnce(int size) {
    // When
    int[] order = RandomStream.of(5, size).permutation(size);

    // Then
    Arrays.sort(order);
    assertThat(order).isEqualTo(IntStream.range(0, size).toArray());
  }

  @Test
  void shouldDrawEveryNumberBelowTheBoundAboutEquallyOften() {
    // Given
    Integer[] counts = {0, 0, 0};
    RandomStream random = RandomStream.of(11);

    // When
    for (int i = 0; i < 30_000; i++) {
      counts[random.nextInt(3)]++;
    }

    // Then: five standard deviations are 408
    assertThat(counts).allSatisfy(count -> assertThat(count).isBetween(9_590, 10_410));
  }

  @Test
  void shouldRefuseABoundOfZero() {
    assertThatThrownBy(() -> RandomStream.of(0).nextInt(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
  }
}
