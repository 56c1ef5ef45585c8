package io.topiary.sparsity.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.selection.Selection.TensorReport;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Enough weights for the threshold to be guessed at from a sample, whatever comes of the guess. */
class GlobalMagnitudeSampleTest {

  private static final int SIZE = 150_000;

  /** Runs of 32 weights in every so many are the sample. */
  private static final int STEP = 20 * 64;

  private interface Weights {
    float at(int index, Random random);
  }

  static Stream<Arguments> hard() {
    return Stream.of(
        hard("normal", (i, random) -> (float) random.nextGaussian()),
        hard("all the same", (i, random) -> 0.25f),
        hard("all zero", (i, random) -> random.nextBoolean() ? 0f : -0f),
        hard("two values", (i, random) -> random.nextInt(2)),
        hard("two values far apart", (i, random) -> random.nextBoolean() ? 1e-30f : -1e30f),
        hard("few values", (i, random) -> random.nextInt(16) - 8),
        hard("of every size", (i, random) -> (float) Math.exp(140 * random.nextDouble() - 70)),
        hard("subnormal", (i, random) -> random.nextInt(100_000) * Float.MIN_VALUE),
        hard("the sample all larger", (i, random) -> random.nextFloat() + (sampled(i) ? 100 : 1)),
        hard("the sample all smaller", (i, random) -> random.nextFloat() + (sampled(i) ? 1 : 100)),
        hard("the sample all zero", (i, random) -> sampled(i) ? 0 : random.nextFloat()),
        hard("ascending", (i, random) -> i),
        hard("descending", (i, random) -> SIZE - i));
  }

  private static Arguments hard(String name, Weights weights) {
    return Arguments.of(name, weights);
  }

  private static boolean sampled(int index) {
    return index % STEP < 32;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hard")
  void shouldSelectWhatSortingWouldSelectHoweverHardToGuess(String name, Weights weights) {
    for (var seed = 0L; seed < 2; seed++) {
      // Given one large tensor, dense or sparse, before two small ones
      var random = new Random(seed);
      var density = seed == 0 ? 1 : 0.6;
      var tensors =
          List.of(
              tensor("a", SIZE, weights, density, random),
              tensor("b", 70, weights, 1, random),
              tensor("c", 3_000, weights, 0.2, random));

      // Then
      for (var fraction : new double[] {1e-5, 0.2, 0.5, 0.9, 0.999}) {
        requireSorted(tensors, fraction, "%s, %s, seed %d".formatted(name, fraction, seed));
      }
    }
  }

  @Test
  void shouldSelectWhatSortingWouldSelectFromManyTensors() {
    for (var seed = 0L; seed < 12; seed++) {
      // Given tensors of other scales, some of which would be emptied
      var random = new Random(seed);
      var tensors = new ArrayList<PrunableTensor>();
      for (var t = 0; t < 8; t++) {
        var scale = Math.pow(10, -2 * random.nextDouble());
        var density = random.nextBoolean() ? 1 : random.nextDouble();
        Weights weights = (i, r) -> (float) (scale * r.nextGaussian());
        tensors.add(tensor("t" + t, 1 + random.nextInt(60_000), weights, density, random));
      }

      // Then
      var because = "seed %d".formatted(seed);
      requireSorted(tensors, RandomTensors.fraction(tensors, random), because);
      requireSorted(tensors, 0.995, because);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void shouldNameAWeightThatIsNoNumberAmongMany(float weight) {
    for (var index : new int[] {0, 33, SIZE - 1}) {
      Weights weights = (i, random) -> i == index ? weight : random.nextFloat();
      var tensors = List.of(tensor("w", SIZE, weights, 1, new Random(1)));
      assertThatThrownBy(() -> new GlobalMagnitude().select(tensors, 0.7))
          .isInstanceOf(NonFiniteWeightException.class)
          .hasMessageStartingWith("Weight %d of tensor 'w' is %s", index, weight);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY})
  void shouldNameTheFirstOfManyThatAreNoNumbers(float weight) {
    // Given fewer numbers than are to go
    Weights weights = (i, random) -> i % 10 == 0 ? i : weight;
    var tensors = List.of(tensor("w", SIZE, weights, 1, new Random(1)));

    // Then
    assertThatThrownBy(() -> new GlobalMagnitude().select(tensors, 0.7))
        .isInstanceOf(NonFiniteWeightException.class)
        .hasMessageStartingWith("Weight 1 of tensor 'w' is %s", weight);
  }

  @Test
  void shouldLeaveOutPrunedWeightsThatAreNotZero() {
    // Given
    var random = new Random(5);
    var alive = new BitSet();
    var weights = FloatBuffer.allocate(SIZE);
    for (var i = 0; i < SIZE; i++) {
      alive.set(i, i % 3 == 0);
      weights.put(i % 3 == 0 ? 1 + random.nextFloat() : random.nextFloat());
    }
    var mask = BitMask.of(Shape.of(SIZE), alive);

    // Then
    requireSorted(List.of(new PrunableTensor("w", weights.flip(), mask)), 0.4, "seed 5");
  }

  @Test
  void shouldDrawLotsFromMany() {
    // Given
    Weights weights = (i, random) -> random.nextFloat();
    var tensors = List.of(tensor("w", SIZE, weights, 0.5, new Random(6)));

    // When
    var selection = new RandomSelection(6).select(tensors, 0.3);

    // Then
    assertThat(selection.removed()).isEqualTo((long) Math.rint(0.3 * Quota.alive(tensors)));
    assertThat(new RandomSelection(6).select(tensors, 0.3)).isEqualTo(selection);
  }

  private static void requireSorted(List<PrunableTensor> tensors, double fraction, String because) {
    var count = (long) Math.rint(fraction * Quota.alive(tensors));
    var expected = SortedSelection.select(tensors, count);
    var selection = new GlobalMagnitude().select(tensors, fraction);
    assertThat(selection.mask().equals(expected.mask())).as(because).isTrue();
    assertThat(selection.removed()).as(because).isEqualTo(count);
    assertThat(selection.tensors().stream().filter(TensorReport::spared))
        .as(because)
        .extracting(TensorReport::name)
        .containsExactlyInAnyOrderElementsOf(expected.spared());
    assertThat(selection.squaredNormOfRemoved())
        .as(because)
        .isCloseTo(expected.squaredNorm(), within(1e-12 * expected.squaredNorm()));
    assertThat(new GlobalMagnitude().threshold(tensors, fraction))
        .as(because)
        .isEqualTo(largestRemoved(tensors, selection));
  }

  private static float largestRemoved(List<PrunableTensor> tensors, Selection selection) {
    var largest = 0f;
    for (var tensor : tensors) {
      var gone = tensor.alive().toBitSet();
      gone.andNot(selection.mask().tensor(tensor.name()).toBitSet());
      for (var i = gone.nextSetBit(0); i >= 0; i = gone.nextSetBit(i + 1)) {
        largest = Math.max(largest, Math.abs(tensor.weights().get(i)));
      }
    }
    return largest;
  }

  private static PrunableTensor tensor(
      String name, int size, Weights weights, double density, Random random) {
    var values = FloatBuffer.allocate(size);
    var alive = new BitSet();
    for (var i = 0; i < size; i++) {
      values.put(weights.at(i, random));
      alive.set(i, random.nextDouble() < density);
    }
    return new PrunableTensor(name, values.flip(), BitMask.of(Shape.of(size), alive));
  }
}
