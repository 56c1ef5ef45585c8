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

    /**
     * Makes sure that these are the losses of so many epochs and of so many images of the next.
     *
     * @throws EngineInputException if they are not, or no finite numbers
     */
    void requireFit(int epochs, int images) {
      if (done.size() != epochs || this.images != images) {
        throw new EngineInputException(
            "The snapshot has the losses of %d epochs and %d images; it must have those of %d epochs and %d images."
                .formatted(done.size(), this.images, epochs, images));
      }
      if (!Double.isFinite(sum) || !done.stream().allMatch(Double::isFinite)) {
        throw new EngineInputException("The snapshot has losses that are no finite numbers.");
      }
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
