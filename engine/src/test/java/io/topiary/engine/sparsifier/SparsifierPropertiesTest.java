package io.topiary.engine.sparsifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.sparsifier.Layout.Span;
import io.topiary.engine.sparsifier.Sparsification.Length;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever weights and gradients are. */
class SparsifierPropertiesTest {
  private static final Length LENGTH = new Length(67, 13);
  private static final Sgd SGD = new Sgd(0.9, 1e-2);

  static Stream<Arguments> runs() {
    List<Sparsification> methods =
        List.of(
            new Sparsification.None(),
            new Sparsification.Gmp(0.83, 1, false),
            new Sparsification.Gmp(0.83, 1, true),
            new Sparsification.Gsm(0.83),
            new Sparsification.Dpf(0.83, 1),
            new Sparsification.Dnw(0.83),
            new Sparsification.Lc(0.83),
            new Sparsification.Str(0.83, -2),
            new Sparsification.Dst(0.83, 0.2));
    return methods.stream()
        .flatMap(method -> Stream.of(1L, 2L, 3L).map(seed -> Arguments.arguments(method, seed)));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void shouldGoOnFromASnapshotBitForBit(Sparsification method, long seed) {
    // Given
    Layout layout = randomLayout(seed);
    TinyRun undisturbed = start(layout, method, seed);
    for (int stop : new int[] {0, 5, 13, 16, 31, 48, 66}) {
      while (undisturbed.done() < stop) {
        iterate(undisturbed, seed);
      }
      TinyRun interrupted = start(layout, method, seed + 1000);
      interrupted.resume(undisturbed);

      // When
      TinyRun rest = start(layout, method, seed + 2000);
      rest.resume(undisturbed);
      while (interrupted.done() < LENGTH.iterations()) {
        iterate(interrupted, seed);
        assertThat(rest.done()).isEqualTo(interrupted.done() - 1);
        iterate(rest, seed);
      }

      // Then
      TinyRun whole = start(layout, method, seed);
      while (whole.done() < LENGTH.iterations()) {
        iterate(whole, seed);
      }
      assertThat(interrupted.weights()).as("from %d", stop).containsExactly(whole.weights());
      assertThat(interrupted.momentum()).containsExactly(whole.momentum());
      assertThat(interrupted.effective()).containsExactly(whole.effective());
      whole
          .method()
          .state()
          .forEach((name, own) -> assertThat(interrupted.state(name)).containsExactly(own));
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void shouldEndAsSparseAsItWasAskedTo(Sparsification method, long seed) {
    // Given
    Layout layout = randomLayout(seed);
    TinyRun run = start(layout, method, seed);
    int target = (int) Math.rint(run.method().target() * layout.weights());

    // When
    while (run.done() < LENGTH.iterations()) {
      iterate(run, seed);
    }
    float[] weights = run.effective();
    int reached = zeros(weights, layout);
    int gone = HardPrune.prune(weights, layout, run.method().target());

    // Then
    assertThat(zeros(weights, layout)).isEqualTo(Math.max(target, reached));
    for (int i = 0; i < layout.weights(); i++) {
      assertThat(Float.floatToRawIntBits(weights[i])).as("-0").isNotEqualTo(Integer.MIN_VALUE);
    }
    assertThat(gone).isEqualTo(Math.max(0, target - reached));
    if (method instanceof Sparsification.Gmp || method instanceof Sparsification.Dpf) {
      assertThat(reached).isEqualTo(target);
    }
    if (method instanceof Sparsification.Dnw) {
      assertThat(gone).isLessThanOrEqualTo(1);
    }
    for (Span other : layout.others()) {
      for (int i = other.from(); i < other.to(); i++) {
        assertThat(weights[i]).isEqualTo(run.weights()[i]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void shouldBringWeightsBackOrNot(Sparsification method, long seed) {
    // Given
    Layout layout = randomLayout(seed);
    TinyRun run = start(layout, method, seed);
    int returned = 0;
    float[] before = run.effective();

    // When
    while (run.done() < LENGTH.iterations()) {
      iterate(run, seed);
      float[] after = run.effective();
      for (int i = 0; i < layout.weights(); i++) {
        if (before[i] == 0 && after[i] != 0) {
          returned++;
        }
      }
      before = after;
    }

    // Then
    if (method instanceof Sparsification.Gmp gmp && !gmp.recovery()) {
      assertThat(returned).isZero();
    } else if (method instanceof Sparsification.Gmp
        || method instanceof Sparsification.Dpf
        || method instanceof Sparsification.Dnw
        || method instanceof Sparsification.Dst) {
      assertThat(returned).isPositive();
    }
  }

  private static TinyRun start(Layout layout, Sparsification method, long seed) {
    Sparsifier begun = method.begin(layout, LENGTH, SGD.weightDecay());
    return new TinyRun(layout, begun, SGD, 0.05, randomRow(layout.size(), seed));
  }

  /** Gradients that pull weights to and fro, the same in the same iteration. */
  private static void iterate(TinyRun run, long seed) {
    float[] noise = randomRow(run.weights().length, 31 * seed + run.done() + 1);
    float[] effective = run.effective();
    for (int i = 0; i < noise.length; i++) {
      noise[i] += 0.1f * effective[i];
    }
    run.iterate(noise);
  }

  private static Layout randomLayout(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Span> prunable = new ArrayList<>();
    int from = 0;
    for (int t = 0; t < 4; t++) {
      int units = random.nextInt(1, 9);
      int length = units * random.nextInt(2, 30);
      prunable.add(new Span("weight" + t, from, length, units));
      from += length;
    }
    List<Span> others = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      int length = random.nextInt(1, 9);
      others.add(new Span("bias" + t, from, length, length));
      from += length;
    }
    return new Layout(prunable, others);
  }

  private static float[] randomRow(int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] row = new float[size];
    for (int i = 0; i < size; i++) {
      row[i] = (float) random.nextDouble(-1, 1);
    }
    return row;
  }

  private static int zeros(float[] weights, Layout layout) {
    int zeros = 0;
    for (int i = 0; i < layout.weights(); i++) {
      if (weights[i] == 0) {
        zeros++;
      }
    }
    return zeros;
  }
}
