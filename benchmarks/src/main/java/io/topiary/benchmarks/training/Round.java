package io.topiary.benchmarks.training;

/**
 * A number of iterations, timed.
 *
 * @param images images trained on
 * @param training seconds of forward pass, backward pass, method and optimiser
 * @param whole seconds in all, the gathering of batches included
 * @param processor seconds of processor time that the whole process used meanwhile
 */
record Round(long images, double training, double whole, double processor) {

  /** Images per second of training alone. */
  double trainingRate() {
    return images / training;
  }

  /** Images per second with everything that an iteration takes. */
  double wholeRate() {
    return images / whole;
  }

  /** Images per second of processor time, with everything that an iteration takes. */
  double processorRate() {
    return images / processor;
  }
}
