package io.topiary.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.Weights;
import io.topiary.schemas.LayerSparsity;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Shape;
import java.util.BitSet;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CompressionTest {

  /** 4 pixels, 2 hidden units, 3 classes: weights [2, 4] and [3, 2], biases 2 and 3. */
  private static final Weights DENSE =
      Weights.initial(BuiltInNetworks.network("mlp", 2, Shape.of(1, 2, 2), 3), 1);

  @Test
  void shouldCountWhatIsLeftOfAPrunedNetwork() {
    // Given 2 of 8 and 3 of 6 weights alive
    var mask =
        new Mask(
            Map.of(
                "fc1.weight", BitMask.of(Shape.of(2, 4), alive(1, 6)),
                "fc2.weight", BitMask.of(Shape.of(3, 2), alive(0, 3, 5))));

    // When
    var compression = Compression.of(DENSE.masked(mask));

    // Then
    assertThat(compression.layers())
        .containsExactly(
            new LayerSparsity("fc1.weight", 8L, 6L, 8L),
            new LayerSparsity("fc2.weight", 6L, 3L, 6L));
    assertThat(compression.sparsity()).isEqualTo(9 / 14.0);
    assertThat(compression.parameterSparsity()).isEqualTo(9 / 19.0);
    assertThat(compression.flopsDense()).isEqualTo(14);
    assertThat(compression.flopsSparse()).isEqualTo(5);
    assertThat(compression.theoreticalSpeedup()).isEqualTo(14 / 5.0);
    assertThat(compression.bytesDense()).isEqualTo(19 * 4);
    // So few weights take less room with their zeros than with a bit mask and its header.
    assertThat(compression.bytesSparse()).isEqualTo(compression.bytesDense());
  }

  @Test
  void shouldGainNothingFromADenseNetwork() {
    var compression = Compression.of(DENSE);

    assertThat(compression.sparsity()).isZero();
    assertThat(compression.theoreticalSpeedup()).isEqualTo(1);
    assertThat(compression.bytesSparse()).isEqualTo(compression.bytesDense());
  }

  @Test
  void shouldCountValuesBitsShapeAndRowOffsetsOfSparseWeights() {
    // Given 100 inputs, 50 hidden units and 3 classes, one of ten weights alive
    var weights = Weights.initial(BuiltInNetworks.network("mlp", 50, Shape.of(1, 10, 10), 3), 1);
    var tenth = new BitSet();
    IntStream.range(0, 500).forEach(i -> tenth.set(10 * i));
    var mask =
        new Mask(
            Map.of(
                "fc1.weight", BitMask.of(Shape.of(50, 100), tenth),
                "fc2.weight", BitMask.of(Shape.of(3, 50), alive(1))));

    // When
    var compression = Compression.of(weights.masked(mask));

    // Then rows of 100 and of 50 bits begin a byte each, and offsets and shapes have eight bytes
    assertThat(compression.bytesSparse())
        .isEqualTo(
            (500 * 4 + 50 * 13 + 50 * 8 + 2 * 8) + (4 + 3 * 7 + 3 * 8 + 2 * 8) + (50 + 3) * 4);
  }

  private static BitSet alive(int... indices) {
    var alive = new BitSet();
    for (var index : indices) {
      alive.set(index);
    }
    return alive;
  }
}
