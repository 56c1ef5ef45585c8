package io.topiary.evaluator;

import java.util.function.IntConsumer;

/** Adds the passes over images up, one after the other, that an evaluation consists of. */
final class Passes {

  private final long total;
  private final EvaluationListener listener;
  private long done;

  Passes(long total, EvaluationListener listener) {
    this.total = total;
    this.listener = listener;
    listener.onImages(0, total);
  }

  /** Is told of the next pass how many of its images are done. */
  IntConsumer next() {
    var before = done;
    return images -> {
      done = before + images;
      listener.onImages(done, total);
    };
  }
}
