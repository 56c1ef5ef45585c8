package io.topiary.sparsity.selection;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.selection.Selection.TensorReport;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LampTest {

  @Test
  void shouldRankByTheShareOfWhatIsAtLeastAsLarge() {
    // Given scores of 1/30, 4/29, 9/25 and 1 in "a"; 1/3 for all of "b", though they are larger
    var tensors =
        List.of(
            RandomTensors.dense("a", Shape.of(2, 2), 1, -2, 3, -4),
            RandomTensors.dense("b", Shape.of(1, 3), 10, 10, -10));

    // Then
    assertThat(alive(tensors, 1)).containsExactly("a1", "a2", "a3", "b0", "b1", "b2");
    assertThat(alive(tensors, 2)).containsExactly("a2", "a3", "b0", "b1", "b2");
    assertThat(alive(tensors, 3)).containsExactly("a2", "a3", "b1", "b2");
    assertThat(alive(tensors, 4)).containsExactly("a2", "a3", "b2");
    assertThat(alive(tensors, 5)).containsExactly("a3", "b2");
  }

  @Test
  void shouldSayWhichTensorWasSpared() {
    // Given scores of 1/5 and 1 in "a", of 1/2 and 1/2 in "b", of 0 in "c"
    var tensors =
        List.of(
            RandomTensors.dense("a", Shape.of(1, 2), 1, 2),
            RandomTensors.dense("b", Shape.of(1, 2), 3, 3),
            RandomTensors.dense("c", Shape.of(1, 1), 0));

    // When
    var selection = new Lamp().select(tensors, 2 / 5.0);

    // Then
    assertThat(selection.tensors()).extracting(TensorReport::alive).containsExactly(1, 1, 1);
    assertThat(selection.tensors())
        .extracting(TensorReport::spared)
        .containsExactly(false, false, true);
  }

  @Test
  void shouldSelectWhatSortingAllScoresWouldSelect() {
    for (var seed = 0L; seed < 2_000; seed++) {
      // Given
      var random = new Random(seed);
      var tensors = RandomTensors.of(random);
      var fraction = RandomTensors.fraction(tensors, random);

      // When
      var selection = new Lamp().select(tensors, fraction);

      // Then
      var spared = new ArrayList<String>();
      var expected = sorted(tensors, (long) Math.rint(fraction * Quota.alive(tensors)), spared);
      for (var t = 0; t < tensors.size(); t++) {
        assertThat(selection.mask().tensor("t" + t).toBitSet())
            .as("seed %d, tensor %d", seed, t)
            .isEqualTo(expected.get(t));
      }
      assertThat(selection.tensors().stream().filter(TensorReport::spared))
          .as("seed %d", seed)
          .extracting(TensorReport::name)
          .containsExactlyInAnyOrderElementsOf(spared);
    }
  }

  private record Scored(int tensor, int index, float magnitude, double score) {}

  /** The definition, as plainly as possible. */
  private static List<BitSet> sorted(
      List<PrunableTensor> tensors, long count, List<String> spared) {
    var ranking = new ArrayList<Scored>();
    var alive = new ArrayList<BitSet>();
    for (var t = 0; t < tensors.size(); t++) {
      var tensor = tensors.get(t);
      alive.add(tensor.alive().toBitSet());
      var magnitudes =
          alive.get(t).stream()
              .mapToObj(i -> Math.abs(tensor.weights().get(i)))
              .sorted(Comparator.reverseOrder())
              .toList();
      for (var i : alive.get(t).stream().toArray()) {
        var magnitude = Math.abs(tensor.weights().get(i));
        var sum = 0.0;
        for (var other : magnitudes) {
          sum += other >= magnitude ? (double) other * other : 0;
        }
        var score = magnitude == 0 ? 0 : (double) magnitude * magnitude / sum;
        ranking.add(new Scored(t, i, magnitude, score));
      }
    }
    ranking.sort(
        Comparator.comparing(Scored::score)
            .thenComparing(Scored::tensor)
            .thenComparing(Scored::magnitude)
            .thenComparing(Scored::index));
    var left = count;
    for (var weight : ranking) {
      if (left == 0) {
        break;
      }
      if (alive.get(weight.tensor).cardinality() == 1) {
        spared.add(tensors.get(weight.tensor).name());
      } else {
        alive.get(weight.tensor).clear(weight.index);
        left--;
      }
    }
    return alive;
  }

  private static List<String> alive(List<PrunableTensor> tensors, int count) {
    var mask = new Lamp().select(tensors, count / (double) Quota.alive(tensors)).mask();
    return tensors.stream()
        .flatMap(
            tensor ->
                mask.tensor(tensor.name()).toBitSet().stream().mapToObj(i -> tensor.name() + i))
        .toList();
  }
}
