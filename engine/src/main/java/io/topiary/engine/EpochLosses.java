package io.topiary.engine;

import java.util.ArrayList;
import java.util.List;

/** Mean training loss of each epoch, and of the one under way. */
final class EpochLosses {
  private final List<Double> done;
  private double sum;
  private int images;

  EpochLosses(State state) {
    done = new ArrayList<>(state.done());
    sum = state.sum();
    images = state.images();
  }

  /**
   * All that it knows.
   *
   * @param sum of the losses of the images seen in the epoch under way
   * @param images how many those are
   */
  record State(List<Double> done, double sum, int images) {
    /** Before the first iteration. */
    static final State NOTHING = new State(List.of(), 0, 0);

    State {
      done = List.copyOf(done);
    }
  }

  void add(double meanLoss, int batch) {
    sum += meanLoss * batch;
    images += batch;
  }

  void endEpoch() {
    done.add(mean());
    sum = 0;
    images = 0;
  }

  /** Of the epoch under way, which must have begun. */
  double mean() {
    return sum / images;
  }

  State state() {
    return new State(done, sum, images);
  }
}
