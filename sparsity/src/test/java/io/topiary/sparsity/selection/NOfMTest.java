package io.topiary.sparsity.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.network.Shape;
import java.nio.FloatBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NOfMTest {

  @Test
  void shouldKeepTheTwoLargestOfEveryFour() {
    // Given two outputs of six inputs: a group of four and one of two each
    var tensor =
        RandomTensors.dense(
            "w", Shape.of(2, 6), 1, -4, 3, 2, 9, 8, /* second output */ 5, 5, -5, 5, 0, 0);

    // When
    var selection = new NOfM(2, 4).select(List.of(tensor), 0.5);

    // Then
    assertThat(alive(selection)).containsExactly(1, 2, 4, 5, 8, 9, 10, 11);
    assertThat(selection.removed()).isEqualTo(4);
    assertThat(selection.squaredNormOfRemoved()).isEqualTo(1 + 4 + 25 + 25);
  }

  @Test
  void shouldGroupAConvolutionsInputsForEachKernelPosition() {
    // Given a weight of shape [1, 4, 1, 2], input by input: (1, 8), (2, 7), (3, 6), (4, 5)
    var tensor = RandomTensors.dense("w", Shape.of(1, 4, 1, 2), 1, 8, 2, 7, 3, 6, 4, 5);

    // When
    var selection = new NOfM(2, 4).select(List.of(tensor), 0.5);

    // Then inputs 2 and 3 stay at the first position, 0 and 1 at the second
    assertThat(alive(selection)).containsExactly(1, 3, 4, 6);
  }

  @Test
  void shouldCountWhatIsPrunedAsTheSmallest() {
    // Given the largest two pruned already, and in the second group all but one
    var alive = new BitSet();
    alive.set(0);
    alive.set(1);
    alive.set(6);
    var weights = FloatBuffer.wrap(new float[] {1, 2, 3, 4, 5, 6, 7, 8});
    var tensor = new PrunableTensor("w", weights, BitMask.of(Shape.of(1, 8), alive));

    // When
    var selection = new NOfM(2, 4).select(List.of(tensor), 0.5);

    // Then
    assertThat(alive(selection)).containsExactly(0, 1, 6);
    assertThat(selection.removed()).isZero();
  }

  @Test
  void shouldKeepNoMoreThanNOfAnyGroupAndNoneThatIsSmallerThanOneThatGoes() {
    for (var seed = 0L; seed < 300; seed++) {
      // Given
      var random = new Random(seed);
      var tensors = RandomTensors.of(random);
      var m = 1 + random.nextInt(6);
      var n = 1 + random.nextInt(m);

      // When
      var selection = new NOfM(n, m).select(tensors, 1 - n / (double) m);

      // Then
      for (var tensor : tensors) {
        requirePattern(tensor, selection.mask().tensor(tensor.name()), n, m, seed);
      }
    }
  }

  private static void requirePattern(
      PrunableTensor tensor, BitMask after, int n, int m, long seed) {
    var shape = after.shape();
    var inputs = shape.dimension(1);
    var stride = after.size() / shape.dimension(0) / inputs;
    for (var first = 0; first < after.size(); first++) {
      var input = first / stride % inputs;
      if (input % m != 0) {
        continue;
      }
      var before = 0;
      var kept = 0;
      var largestGone = -1f;
      var smallestKept = Float.POSITIVE_INFINITY;
      for (var k = 0; k < Math.min(m, inputs - input); k++) {
        var i = first + k * stride;
        var magnitude = Math.abs(tensor.weights().get(i));
        if (after.isAlive(i)) {
          kept++;
          smallestKept = Math.min(smallestKept, magnitude);
        } else if (tensor.alive().isAlive(i)) {
          largestGone = Math.max(largestGone, magnitude);
        }
        before += tensor.alive().isAlive(i) ? 1 : 0;
      }
      assertThat(kept).as("seed %d", seed).isEqualTo(Math.min(before, n));
      assertThat(largestGone).as("seed %d", seed).isLessThanOrEqualTo(smallestKept);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 4", "5, 4", "-1, 2", "1, 0"})
  void shouldRefusePatternsThatAreNone(int n, int m) {
    assertThatThrownBy(() -> new NOfM(n, m))
        .isInstanceOf(SelectionException.class)
        .hasMessage("%d of %d weights cannot be kept; N must be at least 1 and at most M.", n, m);
  }

  @Test
  void shouldRefuseAnotherFractionThanItsOwnAndTensorsWithoutInputs() {
    // Given
    var tensor = RandomTensors.dense("w", Shape.of(1, 4), 1, 2, 3, 4);
    var flat = RandomTensors.dense("b", Shape.of(4), 1, 2, 3, 4);

    // Then
    assertThatThrownBy(() -> new NOfM(1, 4).select(List.of(tensor), 0.7))
        .isInstanceOf(SelectionException.class)
        .hasMessage("1:4 removes the fraction 0.75 of the weights; it cannot remove 0.7.");
    assertThatThrownBy(() -> new NOfM(1, 4).select(List.of(flat), 0.75))
        .isInstanceOf(SelectionException.class)
        .hasMessage("Tensor 'b' of shape [4] has no input dimension to take 1:4 weights along.");
    assertThat(new NOfM(1, 3).select(List.of(tensor), 2 / 3.0 + 1e-10).removed()).isEqualTo(2);
  }

  @Test
  void shouldNameTheWeightThatIsNoNumber() {
    var tensor = RandomTensors.dense("w", Shape.of(1, 2), 1, Float.NEGATIVE_INFINITY);
    assertThatThrownBy(() -> new NOfM(1, 2).select(List.of(tensor), 0.5))
        .isInstanceOf(NonFiniteWeightException.class);
  }

  private static int[] alive(Selection selection) {
    return selection.mask().tensor("w").toBitSet().stream().toArray();
  }
}
