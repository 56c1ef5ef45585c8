package io.topiary.sparsity.schedule;

/** How epochs become iterations, one batch each. */
public final class Iterations {

  private Iterations() {}

  /** Batches that an epoch takes; the last may be smaller. */
  public static int perEpoch(int images, int batchSize) {
    if (images < 1 || batchSize < 1) {
      throw new ScheduleException(
          "%d images in batches of %d; both must be at least 1.".formatted(images, batchSize));
    }
    return (images - 1) / batchSize + 1;
  }

  /**
   * Iterations of a training of so many epochs: {@code rint(epochs * perEpoch)}.
   *
   * @param epochs at least 0; may be fractional
   */
  public static int of(double epochs, int images, int batchSize) {
    return of(epochs, perEpoch(images, batchSize));
  }

  /** The same, from the iterations that one epoch takes. */
  public static int of(double epochs, int perEpoch) {
    var iterations = Math.rint(epochs * perEpoch);
    if (!(iterations >= 0 && iterations <= Integer.MAX_VALUE)) {
      throw new ScheduleException(
          "%s epochs are %s iterations; it must be 0 to %d."
              .formatted(epochs, iterations, Integer.MAX_VALUE));
    }
    return (int) iterations;
  }
}
