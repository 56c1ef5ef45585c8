package io.topiary.sparsity.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.selection.Selection.TensorReport;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every selector that takes a fraction of its own choosing. */
class SelectorContractTest {

  private static final int SEEDS = 500;

  static Stream<Selector> selectors() {
    return Selectors.names().stream()
        .map(name -> Selectors.parse(name, 7))
        .filter(selector -> !(selector instanceof NOfM));
  }

  @ParameterizedTest
  @MethodSource("selectors")
  void shouldRemoveExactlyAsManyAsAskedForAndEmptyNoTensor(Selector selector) {
    for (var seed = 0L; seed < SEEDS; seed++) {
      // Given
      var random = new Random(seed);
      var tensors = RandomTensors.of(random);
      var fraction = feasible(selector, tensors, RandomTensors.fraction(tensors, random));

      // When
      var selection = selector.select(tensors, fraction);

      // Then
      var because = "%s, seed %d".formatted(selector.name(), seed);
      var count = (long) Math.rint(fraction * Quota.alive(tensors));
      assertThat(selection.removed()).as(because).isEqualTo(count);
      assertThat(selection.mask().alive()).as(because).isEqualTo(Quota.alive(tensors) - count);
      for (var t = 0; t < tensors.size(); t++) {
        requireConsistent(tensors.get(t), selection, selection.tensors().get(t), because);
      }
      requireNorms(tensors, selection, because);
    }
  }

  @ParameterizedTest
  @MethodSource("selectors")
  void shouldLeaveEverythingWhereNothingIsAskedFor(Selector selector) {
    for (var seed = 0L; seed < SEEDS; seed++) {
      // Given
      var tensors = RandomTensors.of(new Random(seed));

      // When
      var selection = selector.select(tensors, 0);

      // Then
      for (var tensor : tensors) {
        assertThat(selection.mask().tensor(tensor.name()))
            .as("seed %d", seed)
            .isEqualTo(tensor.alive());
      }
      assertThat(selection.squaredNormOfRemoved()).as("seed %d", seed).isZero();
      assertThat(selection.tensors()).as("seed %d", seed).noneMatch(TensorReport::spared);
    }
  }

  @ParameterizedTest
  @MethodSource("selectors")
  void shouldSelectTheSameAgain(Selector selector) {
    var random = new Random(3);
    var tensors = RandomTensors.of(random);
    var fraction = feasible(selector, tensors, 0.4);
    assertThat(selector.select(tensors, fraction)).isEqualTo(selector.select(tensors, fraction));
  }

  @ParameterizedTest
  @MethodSource("selectors")
  void shouldRefuseFractionsThatAreNoneAndWeightsThatAreNoNumbers(Selector selector) {
    // Given
    var good = RandomTensors.dense("a", Shape.of(2, 2), 1, 2, 3, 4);
    var bad = RandomTensors.dense("b", Shape.of(1, 2), 1, Float.NaN);

    // Then
    for (var fraction : new double[] {1, -0.1, Double.NaN}) {
      assertThatThrownBy(() -> selector.select(List.of(good), fraction))
          .hasMessage(
              "The fraction of weights to remove is %s; it must be at least 0 and below 1.",
              fraction);
    }
    assertThatThrownBy(() -> selector.select(List.of(good, bad), 0.2))
        .isInstanceOf(NonFiniteWeightException.class)
        .hasMessage("Weight 1 of tensor 'b' is NaN; every weight must be a finite number.");
    assertThatThrownBy(() -> selector.select(List.of(good, good), 0.2))
        .hasMessage("Tensor 'a' is there twice.");
    assertThatThrownBy(() -> selector.select(List.of(), 0.2))
        .hasMessage("There is no tensor to remove weights from.");
    assertThatThrownBy(() -> selector.select(List.of(good), 0.99))
        .isInstanceOf(SelectionException.class)
        .hasMessageStartingWith("Removing 4 of 4 weights would empty a tensor");
  }

  private static double feasible(Selector selector, List<PrunableTensor> tensors, double fraction) {
    if (!(selector instanceof UniformDenseFirst)) {
      return fraction;
    }
    var removable = tensors.stream().skip(1).mapToLong(Quota::removable).sum();
    var alive = Quota.alive(tensors);
    return alive == 0 ? 0 : Math.min(fraction, removable / (double) alive);
  }

  private static void requireConsistent(
      PrunableTensor tensor, Selection selection, TensorReport report, String because) {
    var before = tensor.alive().toBitSet();
    var after = selection.mask().tensor(tensor.name()).toBitSet();
    assertThat(report.name()).isEqualTo(tensor.name());
    assertThat(report.size()).isEqualTo(tensor.alive().size());
    assertThat(report.alive()).as(because).isEqualTo(after.cardinality());
    assertThat(report.removed()).as(because).isEqualTo(before.cardinality() - after.cardinality());
    assertThat(report.alive() > 0).as(because).isEqualTo(!before.isEmpty());
    assertThat(!report.spared() || report.alive() == 1).as(because).isTrue();
    after.andNot(before);
    assertThat(after.isEmpty()).as(because).isTrue();
  }

  private static void requireNorms(
      List<PrunableTensor> tensors, Selection selection, String because) {
    var all = 0.0;
    var removed = 0.0;
    for (var tensor : tensors) {
      for (var i = 0; i < tensor.alive().size(); i++) {
        var square = Math.pow(tensor.weights().get(i), 2);
        var gone = tensor.alive().isAlive(i) && !selection.mask().tensor(tensor.name()).isAlive(i);
        all += square;
        removed += gone ? square : 0;
      }
    }
    assertThat(selection.squaredNorm()).as(because).isCloseTo(all, within(1e-12 * all));
    assertThat(selection.squaredNormOfRemoved())
        .as(because)
        .isCloseTo(removed, within(1e-12 * removed));
    assertThat(selection.relativeNormDrop(0.25 * all))
        .as(because)
        .isCloseTo(all == 0 ? 0 : Math.sqrt(removed / (1.25 * all)), within(1e-9));
  }
}
