package io.topiary.sparsity.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.network.Shape;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RelativeNormDropTest {

  @Test
  void shouldBeTheNormOfWhatIsRemovedOverTheNormOfAll() {
    // Given
    var theta = FloatBuffer.wrap(new float[] {1, 2, 3, 4});

    // When
    var drop = RelativeNormDrop.of(RelativeNormDrop.squaredNorm("theta", theta), 1 + 4);

    // Then
    assertThat(drop).isCloseTo(Math.sqrt(5 / 30.0), within(1e-15));
  }

  @Test
  void shouldAgreeWithTheDifferenceOfTheNormsBeforeAndAfter() {
    for (var seed = 0L; seed < 50; seed++) {
      // Given weights and a bias that is never pruned
      var random = new Random(seed);
      var weights = gaussians(1_000, random);
      var bias = gaussians(10, random);
      var before = squaredNorm(weights) + squaredNorm(bias);
      var tensor = new PrunableTensor("w", weights, BitMask.allAlive(Shape.of(1_000)));

      // When
      var selection = new GlobalMagnitude().select(List.of(tensor), random.nextDouble(0.99));
      var drop = RelativeNormDrop.of(before, selection.squaredNormOfRemoved());

      // Then
      selection.mask().tensor("w").applyTo(weights);
      var after = squaredNorm(weights) + squaredNorm(bias);
      assertThat(drop)
          .as("seed %d", seed)
          .isCloseTo(Math.sqrt(Math.abs(before - after)) / Math.sqrt(before), within(1e-9));
    }
  }

  @Test
  void shouldAddUpInDoublePrecision() {
    // Given values whose squares a float could neither hold nor add up
    var values = FloatBuffer.allocate(1_000_000);
    for (var i = 0; i < values.capacity(); i++) {
      values.put(i, 1e25f);
    }

    // Then
    assertThat(squaredNorm(values)).isCloseTo(1e56, within(1e50));
  }

  @Test
  void shouldBeZeroWhereThereIsNoNormToLose() {
    assertThat(RelativeNormDrop.of(0, 0)).isZero();
  }

  @Test
  void shouldNameTheElementThatIsNoNumber() {
    var bias = FloatBuffer.wrap(new float[] {0, 1, Float.NaN}).position(1);
    assertThatThrownBy(() -> RelativeNormDrop.squaredNorm("fc.bias", bias))
        .isInstanceOf(NonFiniteWeightException.class)
        .hasMessage("Weight 1 of tensor 'fc.bias' is NaN; every weight must be a finite number.");
  }

  private static double squaredNorm(FloatBuffer values) {
    return RelativeNormDrop.squaredNorm("theta", values);
  }

  private static FloatBuffer gaussians(int count, Random random) {
    var values = FloatBuffer.allocate(count);
    for (var i = 0; i < count; i++) {
      values.put(i, (float) random.nextGaussian());
    }
    return values;
  }
}
