package io.topiary.engine.sparsifier;

import io.topiary.sparsity.mask.Mask;

/**
 * Which weights a training run keeps at 0, or brings to 0, as a part of its description.
 *
 * <p>The methods that bring weights to 0 train from scratch to a sparsity s, the fraction of the
 * prunable weights that are 0 in the end, above 0 and below 1. One that ends with more weights than
 * that is followed by {@link HardPrune}; one that ends with fewer stays as sparse as it is. All of
 * them rank weights over all tensors together.
 *
 * <p>How they are compared, and the implementation behind their figures: Zimmer, Spiegel and
 * Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining, ICLR (arXiv 2111.00843).
 */
public sealed interface Sparsification {

  /**
   * How long a run is.
   *
   * @param iterations in all
   * @param perEpoch iterations of one pass over the training images
   */
  record Length(int iterations, int perEpoch) {}

  /**
   * The method, about to start a run with this weight decay.
   *
   * @throws SparsifierException if the method cannot do its work in this network, in a run of this
   *     length or with this weight decay
   */
  Sparsifier begin(Layout layout, Length length, double weightDecay);

  /** Dense training. */
  record None() implements Sparsification {

    @Override
    public Sparsifier begin(Layout layout, Length length, double weightDecay) {
      return new Dense();
    }
  }

  /** Training, or retraining, of the weights that a mask leaves alive. */
  record Keep(Mask mask) implements Sparsification {

    @Override
    public Sparsifier begin(Layout layout, Length length, double weightDecay) {
      return new FixedMask(layout, mask);
    }
  }

  /**
   * Gradual magnitude pruning (Zhu and Gupta, 2017).
   *
   * @param sparsity s, reached exactly
   * @param period epochs from one pruning to the next, at least 1; a run must have at least two
   *     periods
   * @param recovery whether a pruned weight may come back
   */
  record Gmp(double sparsity, int period, boolean recovery) implements Sparsification {

    public Gmp {
      requireSparsity(sparsity);
      requirePeriod(period);
    }

    @Override
    public Sparsifier begin(Layout layout, Length length, double weightDecay) {
      Ramp ramp = Ramp.of(Target.of(layout, sparsity), period, length);
      return new GradualMagnitudePruning(layout, ramp, recovery);
    }
  }

  /**
   * Global sparse momentum (Ding et al., 2019); it takes a momentum of 0.98 or 0.99.
   *
   * @param sparsity s
   */
  record Gsm(double sparsity) implements Sparsification {

    public Gsm {
      requireSparsity(sparsity);
    }

    @Override
    public Sparsifier begin(Layout layout, Length length, double weightDecay) {
      requireDecay("GSM", weightDecay);
      return new GlobalSparseMomentum(Target.of(layout, sparsity));
    }
  }

  /**
   * Dynamic pruning with feedback (Lin et al., 2020).
   *
   * @param sparsity s, reached exactly
   * @param period epochs from one step of the ramp to the next, at least 1; a run must have at
   *     least two periods
   */
  record Dpf(double sparsity, int period) implements Sparsification {

    public Dpf {
      requireSparsity(sparsity);
      requirePeriod(period);
    }

    @Override
    public Sparsifier begin(Layout layout, Length length, double weightDecay) {
      Ramp ramp = Ramp.of(Target.of(layout, sparsity), period, length);
      return new DynamicPruning(layout, ramp);
    }
  }

  /**
   * Discovering neural wirings (Wortsman et al., 2019).
   *
   * @param sparsity s, reached but for one weight that rounding may leave to the end
   */
  record Dnw(double sparsity) implements Sparsification {

    public Dnw {
      requireSparsity(sparsity);
    }

    @Override
    public Sparsifier begin(Layout layout, Length length, double weightDecay) {
      return new NeuralWirings(layout, Target.of(layout, sparsity));
    }
  }

  /**
   * Learning-compression (Carreira-Perpinan and Idelbayev, 2018); the weight decay is the strength
   * of its penalty.
   *
   * @param sparsity s
   */
  record Lc(double sparsity) implements Sparsification {

    public Lc {
      requireSparsity(sparsity);
    }

    @Override
    public Sparsifier begin(Layout layout, Length length, double weightDecay) {
      requireDecay("LC", weightDecay);
      return new LearningCompression(Target.of(layout, sparsity));
    }
  }

  /**
   * Soft threshold reparameterisation (Kusupati et al., 2020).
   *
   * @param sparsity s
   * @param initialThreshold what every tensor's threshold, before the sigmoid, starts with: the
   *     higher, the sparser the network ends, as it does with a higher weight decay
   */
  record Str(double sparsity, double initialThreshold) implements Sparsification {

    public Str {
      requireSparsity(sparsity);
      require(
          Float.isFinite((float) initialThreshold),
          "The initial threshold is %s; it must be a finite number.",
          initialThreshold);
    }

    @Override
    public Sparsifier begin(Layout layout, Length length, double weightDecay) {
      Target target = Target.of(layout, sparsity);
      return new SoftThresholds(layout, target, initialThreshold);
    }
  }

  /**
   * Dynamic sparse training (Liu et al., 2020).
   *
   * @param sparsity s
   * @param alpha weight of the penalty that raises thresholds, at least 0: the higher, the sparser
   *     the network ends
   */
  record Dst(double sparsity, double alpha) implements Sparsification {

    public Dst {
      requireSparsity(sparsity);
      require(
          alpha >= 0 && Float.isFinite((float) alpha),
          "Alpha is %s; it must be a finite number of at least 0.",
          alpha);
    }

    @Override
    public Sparsifier begin(Layout layout, Length length, double weightDecay) {
      return new TrainableThresholds(layout, Target.of(layout, sparsity), alpha);
    }
  }

  private static void requireSparsity(double sparsity) {
    require(
        sparsity > 0 && sparsity < 1, "Sparsity is %s; it must be above 0 and below 1.", sparsity);
  }

  private static void requirePeriod(int period) {
    require(period >= 1, "The period is %s epochs; it must be at least 1.", period);
  }

  private static void requireDecay(String method, double weightDecay) {
    require(
        weightDecay > 0,
        "%s needs a weight decay above 0, as nothing else brings its weights to 0.",
        method);
  }

  private static void require(boolean condition, String message, Object value) {
    if (!condition) {
      throw new SparsifierException(message.formatted(value));
    }
  }
}
