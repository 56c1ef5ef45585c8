package io.topiary.sparsity.schedule;

/**
 * How epochs become iterations, one batch each:
 *
 * <pre>{@code
 * iterations per epoch = ceil(images / batch size)      the last batch may be smaller
 * n = rint(epochs * iterations per epoch)               halves to even
 * }</pre>
 *
 * <p>Source: the implementation of Zimmer, Spiegel and Pokutta, 2023, How I Learned to Stop
 * Worrying and Love Retraining, ICLR (arXiv 2111.00843), which keeps the last batch; the rounding
 * is that of IEEE 754.
 */
public final class Iterations {

  private Iterations() {}

  /** {@code ceil(images / batchSize)}, the batches that an epoch takes. */
  public static int perEpoch(int images, int batchSize) {
    if (images < 1 || batchSize < 1) {
      throw new ScheduleException(
          "%d images in batches of %d; both must be at least 1.".formatted(images, batchSize));
    }
    return (images - 1) / batchSize + 1;
  }

  /**
   * Iterations of a training of so many epochs: {@code rint(epochs * perEpoch(images, batchSize))}.
   *
   * @param epochs at least 0; may be fractional
   * @throws ScheduleException when there is no such number, or it is no int
   */
  public static int of(double epochs, int images, int batchSize) {
    return of(epochs, perEpoch(images, batchSize));
  }

  /**
   * The same, from the iterations that one epoch takes.
   *
   * @param perEpoch at least 1
   */
  public static int of(double epochs, int perEpoch) {
    ScheduleException.requireNonNegative("The number of epochs", epochs);
    if (perEpoch < 1) {
      throw new ScheduleException(
          "An epoch takes %d iterations; it must be at least 1.".formatted(perEpoch));
    }
    var iterations = Math.rint(epochs * perEpoch);
    if (iterations > Integer.MAX_VALUE) {
      throw new ScheduleException(
          "%s epochs are %s iterations; it must be at most %d."
              .formatted(epochs, iterations, Integer.MAX_VALUE));
    }
    return (int) iterations;
  }
}
