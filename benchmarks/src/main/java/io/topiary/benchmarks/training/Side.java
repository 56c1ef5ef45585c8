package io.topiary.benchmarks.training;

/** One of those compared: it trains when it is told to, and otherwise rests. */
interface Side extends AutoCloseable {

  /** How it trains, in a few words. */
  String description();

  /** Starts to train a number of iterations. */
  void begin(int iterations);

  /** Waits for what was begun. */
  Round finish();

  /** Trains a number of iterations. */
  default Round round(int iterations) {
    begin(iterations);
    return finish();
  }

  @Override
  void close();
}
