package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.engine.sparsifier.Sparsification.Dnw;
import io.topiary.engine.sparsifier.Sparsification.Dpf;
import io.topiary.engine.sparsifier.Sparsification.Dst;
import io.topiary.engine.sparsifier.Sparsification.Gmp;
import io.topiary.engine.sparsifier.Sparsification.Gsm;
import io.topiary.engine.sparsifier.Sparsification.Lc;
import io.topiary.engine.sparsifier.Sparsification.Length;
import io.topiary.engine.sparsifier.Sparsification.Str;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SparsificationTest {
  private static final Layout LAYOUT = TinyRun.FOUR_WEIGHTS_AND_A_BIAS;

  static Stream<DoubleFunction<Sparsification>> methods() {
    return Stream.of(
        sparsity -> new Gmp(sparsity, 1, false),
        sparsity -> new Gmp(sparsity, 1, true),
        Gsm::new,
        sparsity -> new Dpf(sparsity, 1),
        Dnw::new,
        Lc::new,
        sparsity -> new Str(sparsity, -1),
        sparsity -> new Dst(sparsity, 1e-4));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void shouldRefuseASparsityThatIsNone(DoubleFunction<Sparsification> method) {
    for (double sparsity : new double[] {0, 1, -0.5, 90, Double.NaN}) {
      assertThatThrownBy(() -> method.apply(sparsity))
          .isInstanceOf(SparsifierException.class)
          .hasMessage("Sparsity is %s; it must be above 0 and below 1.", sparsity);
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void shouldRefuseASparsityThatTheNetworkHasNoRoomFor(DoubleFunction<Sparsification> method) {
    assertThatThrownBy(() -> method.apply(0.9).begin(LAYOUT, new Length(4, 1), 1e-4))
        .isInstanceOf(SparsifierException.class)
        .hasMessage(
            "Sparsity 0.9 would empty a tensor: it removes 4 of 4 weights, and at most 3 can go.");
  }

  @ParameterizedTest
  @MethodSource("methods")
  void shouldKnowItsTarget(DoubleFunction<Sparsification> method) {
    assertThat(method.apply(0.75).begin(LAYOUT, new Length(4, 1), 1e-4).target()).isEqualTo(0.75);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void shouldRefuseTheStateOfAnother(DoubleFunction<Sparsification> method) {
    Sparsifier sparsifier = method.apply(0.75).begin(LAYOUT, new Length(4, 1), 1e-4);
    assertThatThrownBy(() -> sparsifier.restore(Map.of("sums", new float[4])))
        .isInstanceOf(SparsifierException.class)
        .hasMessageStartingWith("The method's state has [sums]; it must have [");
  }

  @Test
  void shouldRefuseAStateOfAnotherLength() {
    Sparsifier sparsifier = new Gmp(0.75, 1, false).begin(LAYOUT, new Length(4, 1), 0);
    assertThatThrownBy(() -> sparsifier.restore(Map.of("mask", new float[3])))
        .isInstanceOf(SparsifierException.class)
        .hasMessage("The method's state 'mask' has 3 values; it must have 4.");
  }

  @Test
  void shouldRefuseParametersThatMakeNoSense() {
    assertThatThrownBy(() -> new Gmp(0.5, 0, true))
        .hasMessage("The period is 0 epochs; it must be at least 1.");
    assertThatThrownBy(() -> new Dpf(0.5, -1))
        .hasMessage("The period is -1 epochs; it must be at least 1.");
    assertThatThrownBy(() -> new Str(0.5, Double.NEGATIVE_INFINITY))
        .hasMessage("The initial threshold is -Infinity; it must be a finite number.");
    assertThatThrownBy(() -> new Str(0.5, 1e300))
        .hasMessage("The initial threshold is 1.0E300; it must be a finite number.");
    assertThatThrownBy(() -> new Dst(0.5, -1e-6))
        .hasMessage("Alpha is -1.0E-6; it must be a finite number of at least 0.");
    assertThatThrownBy(() -> new Dst(0.5, Double.NaN))
        .hasMessage("Alpha is NaN; it must be a finite number of at least 0.");
  }

  @Test
  void shouldRefuseLearningCompressionWithoutDecay() {
    assertThatThrownBy(() -> new Lc(0.5).begin(LAYOUT, new Length(4, 1), 0))
        .hasMessage("LC needs a weight decay above 0, as nothing else brings its weights to 0.");
  }
}
