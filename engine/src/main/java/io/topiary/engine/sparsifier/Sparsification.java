package io.topiary.engine.sparsifier;

import io.topiary.sparsity.mask.Mask;

/** Which weights a training run keeps at 0, or brings to 0, as a part of its description. */
public sealed interface Sparsification {

  /**
   * How long a run is.
   *
   * @param iterations in all
   * @param perEpoch iterations of one pass over the training images
   */
  record Length(int iterations, int perEpoch) {}

  /** The method, about to start a run with this weight decay. */
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
}
