package io.topiary.benchmarks.inference;

/** One way to classify a batch, which is always the same. */
interface Contender extends AutoCloseable {

  /** What it is, for people. */
  String name();

  /** The scores of the batch: [images, classes]. */
  float[] predict();

  @Override
  void close();
}
