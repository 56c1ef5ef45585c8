package io.topiary.sparsity.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.selection.Selection.TensorReport;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The selectors that first say how many weights every tensor keeps. */
class AllocationSelectorsTest {

  @Test
  void shouldTakeTheSameFractionOfEveryTensor() {
    // Given
    var tensors = List.of(ones("a", 10, 10), ones("b", 5, 4), ones("c", 2, 2, 3, 5));

    // Then
    assertThat(removed(new Uniform(), tensors, 0.9)).containsExactly(90, 18, 54);
  }

  @Test
  void shouldRoundSharesByLargestRemainderTheEarlierTensorLosingFirst() {
    // Given shares of 2.5, 2.5 and 1.25, and then of 3.333, 3.333 and 3.333
    var uneven = List.of(ones("a", 2, 5), ones("b", 2, 5), ones("c", 1, 5));
    var even = List.of(ones("a", 5, 2), ones("b", 5, 2), ones("c", 5, 2));

    // Then
    assertThat(removed(new Uniform(), uneven, 0.25)).containsExactly(3, 2, 1);
    assertThat(removed(new Uniform(), even, 1 / 3.0)).containsExactly(4, 3, 3);
  }

  @Test
  void shouldLeaveTheFirstTensorAndTakeAsManyInAllFromTheOthers() {
    // Given
    var tensors = List.of(ones("a", 10, 2), ones("b", 10, 6), ones("c", 10, 2));

    // Then
    assertThat(removed(new UniformDenseFirst(), tensors, 0.4)).containsExactly(0, 30, 10);
    assertThatThrownBy(() -> removed(new UniformDenseFirst(), tensors, 0.9))
        .isInstanceOf(SelectionException.class)
        .hasMessage(
            "Removing 90 weights would empty a tensor, as tensor 'a' stays dense; at most 78 can go.");
  }

  @Test
  void shouldKeepInProportionToTheSumOfTheDimensions() {
    // Given sums of 20, 40 and 20: of 100 + 400 + 375 weights 80 stay
    var tensors = List.of(ones("a", 10, 10), ones("b", 20, 20), ones("c", 5, 5, 5, 3, 1, 1));

    // When
    var selection = new Erk().select(tensors, 795 / 875.0);

    // Then
    assertThat(selection.tensors()).extracting(TensorReport::alive).containsExactly(20, 40, 20);
  }

  @Test
  void shouldKeepATensorDenseWhoseShareIsMoreThanItHasAndSpreadTheRest() {
    // Given sums of 12, 20 and 40, so 120 survivors would be 20, 33.3 and 66.7; "a" has but 11
    var tensors = List.of(ones("a", 11, 1), ones("b", 10, 10), ones("c", 20, 20));

    // When
    var selection = new Erk().select(tensors, 391 / 511.0);

    // Then the other 109 are spread by 1 to 2
    assertThat(selection.tensors()).extracting(TensorReport::alive).containsExactly(11, 36, 73);
  }

  @Test
  void shouldSpreadAgainUntilNoShareIsMoreThanATensorHas() {
    // Given sums of 101, 11 and 60: "a" is full at once, "b" only after that
    var tensors = List.of(ones("a", 100, 1), ones("b", 10, 1), ones("c", 30, 30));

    // When 170 stay: 99.8, 10.9 and 59.3 at first, then with "b" full 100.4 and 59.6
    var selection = new Erk().select(tensors, 840 / 1010.0);

    // Then
    assertThat(selection.tensors()).extracting(TensorReport::alive).containsExactly(100, 10, 60);
  }

  @Test
  void shouldSpareTheLastWeightAndTakeAnotherFromWhoStandsFurthestAboveItsShare() {
    // Given shares of 0.2, 0.2 and 9.6 survivors
    var tensors = List.of(ones("a", 2, 1), ones("b", 2, 1), ones("c", 16, 6));

    // When
    var selection = new Uniform().select(tensors, 0.9);

    // Then
    assertThat(selection.tensors())
        .containsExactly(
            new TensorReport("a", 2, 1, 1, true),
            new TensorReport("b", 2, 1, 1, true),
            new TensorReport("c", 96, 88, 8, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"uniform", "uniform-dense-first", "erk"})
  void shouldRoundEveryShareDownOrUpAndTakeTheSmallestOfEveryTensor(String name) {
    var selector = Selectors.parse(name, 0);
    for (var seed = 0L; seed < 1_000; seed++) {
      // Given
      var random = new Random(seed);
      var tensors = RandomTensors.of(random);
      var first = selector instanceof UniformDenseFirst ? tensors.get(0).alive().alive() : 0;
      var alive = Quota.alive(tensors);
      var count = (long) Math.rint(0.9 * random.nextDouble() * (alive - first - tensors.size()));
      if (count <= 0) {
        continue;
      }

      // When
      var selection = selector.select(tensors, count / (double) alive);

      // Then
      var shares = shares(selector, tensors, alive - count);
      var spared = selection.tensors().stream().anyMatch(TensorReport::spared);
      for (var t = 0; t < tensors.size(); t++) {
        var tensor = tensors.get(t);
        var report = selection.tensors().get(t);
        if (!spared) {
          assertThat((double) report.alive())
              .as("%s, seed %d, tensor %d", name, seed, t)
              .isBetween(Math.floor(shares[t] + 1e-9), 0.0 + Math.ceil(shares[t] - 1e-9));
        }
        if (report.size() > 0 && tensor.alive().alive() > 0) {
          var sorted = SortedSelection.select(List.of(tensor), report.removed());
          assertThat(selection.mask().tensor(tensor.name()))
              .as("%s, seed %d, tensor %d", name, seed, t)
              .isEqualTo(sorted.mask().tensor(tensor.name()));
        }
      }
    }
  }

  /** By bisection: the one factor by which scores, none beyond what is alive, add up. */
  private static double[] shares(Selector selector, List<PrunableTensor> tensors, long survivors) {
    var alive = tensors.stream().mapToDouble(tensor -> tensor.alive().alive()).toArray();
    var scores =
        selector instanceof Erk
            ? tensors.stream()
                .map(tensor -> tensor.alive().shape().dimensions())
                .mapToDouble(sides -> sides.stream().mapToInt(Integer::intValue).sum())
                .toArray()
            : alive.clone();
    if (selector instanceof UniformDenseFirst) {
      scores[0] = 1e12;
    }
    var low = 0.0;
    var high = 1e6;
    for (var step = 0; step < 200; step++) {
      var middle = (low + high) / 2;
      if (Arrays.stream(shares(scores, alive, middle)).sum() < survivors) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return shares(scores, alive, high);
  }

  private static double[] shares(double[] scores, double[] alive, double factor) {
    var shares = new double[scores.length];
    Arrays.setAll(shares, t -> Math.min(alive[t], factor * scores[t]));
    return shares;
  }

  private static PrunableTensor ones(String name, int... dimensions) {
    var shape = Shape.of(dimensions);
    var weights = new float[(int) shape.elements()];
    Arrays.fill(weights, 1);
    return RandomTensors.dense(name, shape, weights);
  }

  private static List<Integer> removed(
      Selector selector, List<PrunableTensor> tensors, double fraction) {
    return selector.select(tensors, fraction).tensors().stream()
        .map(TensorReport::removed)
        .toList();
  }
}
