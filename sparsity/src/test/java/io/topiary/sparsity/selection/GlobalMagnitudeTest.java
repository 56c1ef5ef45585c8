package io.topiary.sparsity.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.selection.Selection.TensorReport;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobalMagnitudeTest {

  private static final GlobalMagnitude SELECTOR = new GlobalMagnitude();

  @Test
  void shouldRemoveTheSmallestOverAllTensorsTogether() {
    // Given
    var tensors = List.of(dense("a", 4, -1, 3), dense("b", 0.5f, 5, -0.25f));

    // When
    var selection = SELECTOR.select(tensors, 0.5);

    // Then
    assertThat(alive(selection, "a")).containsExactly(0, 2);
    assertThat(alive(selection, "b")).containsExactly(1);
    assertThat(selection.removed()).isEqualTo(3);
    assertThat(selection.squaredNormOfRemoved()).isEqualTo(1 + 0.25 + 0.0625);
    assertThat(selection.tensors())
        .containsExactly(
            new TensorReport("a", 3, 1, 2, false), new TensorReport("b", 3, 2, 1, false));
    assertThat(selection.tensors().get(1).sparsity()).isCloseTo(2 / 3.0, within(1e-15));
  }

  @ParameterizedTest
  @CsvSource({"10, 0.25, 2", "10, 0.35, 4", "10, 0, 0", "10, 0.04, 0", "9, 0.5, 4", "11, 0.5, 6"})
  void shouldRemoveExactlyTheRoundedNumberHalvesToEven(int size, double fraction, int removed) {
    // Given
    var tensor = dense("w", new float[size]);

    // When
    var selection = SELECTOR.select(List.of(tensor), fraction);

    // Then
    assertThat(selection.removed()).isEqualTo(removed);
    assertThat(selection.mask().alive()).isEqualTo(size - removed);
  }

  @Test
  void shouldBreakTiesByTensorAndThenByIndex() {
    // Given
    var tensors = List.of(dense("a", 2, 1, -1, 1), dense("b", 1, 1, 2));

    // When
    var selection = SELECTOR.select(tensors, 4 / 7.0);

    // Then
    assertThat(alive(selection, "a")).containsExactly(0);
    assertThat(alive(selection, "b")).containsExactly(1, 2);
  }

  @Test
  void shouldTellZerosOfEitherSignAndSubnormalsApartFromEachOther() {
    // Given
    var tensor =
        dense("w", Float.MIN_NORMAL, -Float.MIN_VALUE, 0f, 2 * Float.MIN_VALUE, -0f, 1, 0f);

    // Then zeros rank alike whatever their sign, and below the smallest subnormal
    assertThat(alive(SELECTOR.select(List.of(tensor), 2 / 7.0), "w"))
        .containsExactly(0, 1, 3, 5, 6);
    assertThat(alive(SELECTOR.select(List.of(tensor), 4 / 7.0), "w")).containsExactly(0, 3, 5);
    assertThat(alive(SELECTOR.select(List.of(tensor), 5 / 7.0), "w")).containsExactly(0, 5);
  }

  @Test
  void shouldNeverRankWhatIsAlreadyPruned() {
    // Given
    var mask = BitMask.of(Shape.of(6), BitSet.valueOf(new long[] {0b111100}));
    var tensor = new PrunableTensor("w", FloatBuffer.wrap(new float[] {0, 0, 4, 3, 2, 1}), mask);

    // When
    var selection = SELECTOR.select(List.of(tensor), 0.5);

    // Then
    assertThat(alive(selection, "w")).containsExactly(2, 3);
    assertThat(selection.removed()).isEqualTo(2);
  }

  @Test
  void shouldLeaveEveryTensorItsLargestWeightAndTakeTheNextInItsPlace() {
    // Given
    var tensors = List.of(dense("tiny", 1, 2), dense("w", 10, 30, 20, 40), dense("one", 0.5f));

    // When
    var selection = SELECTOR.select(tensors, 3 / 7.0);

    // Then
    assertThat(alive(selection, "tiny")).containsExactly(1);
    assertThat(alive(selection, "w")).containsExactly(1, 3);
    assertThat(alive(selection, "one")).containsExactly(0);
    assertThat(selection.tensors())
        .extracting(TensorReport::spared)
        .containsExactly(true, false, true);
  }

  @Test
  void shouldRefuseToEmptyATensor() {
    // Given
    var tensors = List.of(dense("a", 1, 2), dense("b", 3, 4));

    // Then
    assertThat(SELECTOR.select(tensors, 0.5).removed()).isEqualTo(2);
    assertThatThrownBy(() -> SELECTOR.select(tensors, 0.75))
        .isInstanceOf(SelectionException.class)
        .hasMessage("Removing 3 of 4 weights would empty a tensor; at most 2 can go.");
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 1.5, -0.1, Double.NaN, Double.POSITIVE_INFINITY})
  void shouldRefuseFractionsThatAreNone(double fraction) {
    assertThatThrownBy(() -> SELECTOR.select(List.of(dense("w", 1, 2)), fraction))
        .isInstanceOf(SelectionException.class)
        .hasMessage(
            "The fraction of weights to remove is %s; it must be at least 0 and below 1.",
            fraction);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void shouldNameTheWeightThatIsNoNumber(float weight) {
    assertThatThrownBy(() -> SELECTOR.select(List.of(dense("a", 1, 2), dense("b", 3, weight)), 0.5))
        .isInstanceOfSatisfying(
            NonFiniteWeightException.class,
            e -> {
              assertThat(e.tensor()).isEqualTo("b");
              assertThat(e.index()).isEqualTo(1);
            })
        .hasMessage("Weight 1 of tensor 'b' is %s; every weight must be a finite number.", weight);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY})
  void shouldNameTheWeightThatIsNoNumberWhereATensorHasNoOther(float weight) {
    // Given one alone in its tensor, and one that is pruned
    var alone = List.of(dense("a", 1, 2, 3), dense("b", weight));
    var mask = BitMask.of(Shape.of(3), BitSet.valueOf(new long[] {0b110}));
    var pruned = new PrunableTensor("c", FloatBuffer.wrap(new float[] {weight, 1, 2}), mask);

    // Then
    assertThatThrownBy(() -> SELECTOR.select(alone, 0.5))
        .isInstanceOf(NonFiniteWeightException.class)
        .hasMessageStartingWith("Weight 0 of tensor 'b' is " + weight);
    assertThatThrownBy(() -> SELECTOR.select(List.of(pruned), 0.5))
        .isInstanceOf(NonFiniteWeightException.class)
        .hasMessageStartingWith("Weight 0 of tensor 'c' is " + weight);
  }

  @Test
  void shouldRefuseAMaskOfAnotherSizeAndATensorTwice() {
    assertThatThrownBy(
            () ->
                new PrunableTensor("w", FloatBuffer.allocate(5), BitMask.allAlive(Shape.of(2, 3))))
        .hasMessage("Tensor 'w' has 5 weights, but its mask has shape [2, 3].");
    assertThatThrownBy(() -> SELECTOR.select(List.of(dense("w", 1, 2), dense("w", 3)), 0.3))
        .hasMessage("Tensor 'w' is there twice.");
  }

  @Test
  void shouldSelectWhatSortingAllWeightsWouldSelect() {
    for (var seed = 0L; seed < 2_000; seed++) {
      // Given
      var random = new Random(seed);
      var tensors = RandomTensors.of(random);
      var fraction = RandomTensors.fraction(tensors, random);

      // When
      var selection = SELECTOR.select(tensors, fraction);

      // Then
      var expected =
          SortedSelection.select(tensors, (long) Math.rint(fraction * Quota.alive(tensors)));
      assertThat(selection.mask()).as("seed %d", seed).isEqualTo(expected.mask());
      assertThat(selection.removed()).as("seed %d", seed).isEqualTo(expected.removed());
      assertThat(selection.tensors().stream().filter(TensorReport::spared))
          .as("seed %d", seed)
          .extracting(TensorReport::name)
          .containsExactlyInAnyOrderElementsOf(expected.spared());
      assertThat(selection.squaredNormOfRemoved())
          .as("seed %d", seed)
          .isCloseTo(expected.squaredNorm(), within(1e-12 * expected.squaredNorm()));
    }
  }

  @Test
  void shouldSelectTheSameFromTensorsThatAreReadInSeveralPieces() {
    for (var seed = 0L; seed < 20; seed++) {
      // Given sizes around multiples of a piece and of a mask's word, with many ties
      var random = new Random(seed);
      var tensors =
          IntStream.of(2047, 2048, 2049, 4096 + 64, 3 * 2048 + 1 + random.nextInt(2000))
              .mapToObj(size -> RandomTensors.of("t" + size, Shape.of(1, size), random))
              .toList();
      var fraction = RandomTensors.fraction(tensors, random);

      // When
      var selection = SELECTOR.select(tensors, fraction);

      // Then
      var count = (long) Math.rint(fraction * Quota.alive(tensors));
      var expected = SortedSelection.select(tensors, count);
      assertThat(selection.mask()).as("seed %d", seed).isEqualTo(expected.mask());
      assertThat(selection.squaredNormOfRemoved())
          .as("seed %d", seed)
          .isCloseTo(expected.squaredNorm(), within(1e-12 * expected.squaredNorm()));
    }
  }

  @Test
  void shouldReadAMappedFilesByteOrderOrAnyOther() {
    // Given
    var values = new float[] {4, -1, 3, -2, 0.5f};
    var shape = Shape.of(1, 5);
    for (var order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      var weights = ByteBuffer.allocateDirect(20).order(order);
      weights.asFloatBuffer().put(values);

      // When
      var tensor = new PrunableTensor("w", weights, BitMask.allAlive(shape));

      // Then
      assertThat(alive(SELECTOR.select(List.of(tensor), 0.6), "w")).containsExactly(0, 2);
    }
  }

  private static PrunableTensor dense(String name, float... weights) {
    return new PrunableTensor(
        name, FloatBuffer.wrap(weights), BitMask.allAlive(Shape.of(weights.length)));
  }

  private static int[] alive(Selection selection, String tensor) {
    return selection.mask().tensor(tensor).toBitSet().stream().toArray();
  }
}
