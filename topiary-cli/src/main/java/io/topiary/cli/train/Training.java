package io.topiary.cli.train;

import io.topiary.cli.console.StopSignal;
import io.topiary.cli.options.SparsifierRequest;
import io.topiary.cli.options.Subject;
import io.topiary.cli.progress.ProgressView;
import io.topiary.engine.SparsifierSearch;
import io.topiary.engine.SparsifierSearch.Found;
import io.topiary.engine.TrainedNetwork;
import io.topiary.engine.TrainingRun;
import io.topiary.engine.Weights;
import io.topiary.engine.sparsifier.Layout;
import io.topiary.engine.sparsifier.Sparsification.Length;
import io.topiary.sparsity.schedule.Iterations;
import java.time.Clock;
import java.util.Optional;

/**
 * One training, or as many as the search for a method's parameter takes.
 *
 * @param sparsifier the method that makes the network sparse; absent for dense training, and for
 *     training under a mask
 */
record Training(
    Subject subject, TrainingRun run, Weights start, Optional<SparsifierRequest> sparsifier) {

  /** How far from the sparsity asked for a search may end, before the last pruning. */
  static final double TOLERANCE = 0.01;

  /**
   * What came out.
   *
   * @param found what a search had to say; absent where there was none
   * @param imagesPerSecond by the clock on the wall, over all trainings of a search
   */
  record Done(TrainedNetwork network, Optional<Found> found, double imagesPerSecond) {}

  /**
   * Refuses a method that cannot do its work here, before anything is shown.
   *
   * @throws io.topiary.sparsity.InvalidInputException with what would be right
   */
  void requirePossible() {
    var iterations = run.schedule().iterations();
    var perEpoch = Iterations.perEpoch(run.images().size(), run.batchSize());
    run.sparsification()
        .begin(
            Layout.of(start.network()), new Length(iterations, perEpoch), run.sgd().weightDecay());
  }

  /**
   * Trains on the calling thread.
   *
   * @throws io.topiary.engine.TrainingStoppedException when it was told to stop
   */
  Done train(boolean quiet, StopSignal stop) {
    var clock = Clock.systemUTC();
    try (var view = ProgressView.onStandardError(quiet, clock)) {
      var shown = new TrainingView(view, this, stop, clock);
      var done =
          sparsifier
              .flatMap(SparsifierRequest::searchRuns)
              .map(runs -> search(runs, shown))
              .orElseGet(() -> done(run.run(start, shown), Optional.empty(), shown));
      shown.ended();
      return done;
    }
  }

  private Done search(int runs, TrainingView shown) {
    var search = new SparsifierSearch(run, subject.data().validation(), TOLERANCE, runs);
    var found = search.search(start, shown, shown::probed);
    return done(found.network(), Optional.of(found), shown);
  }

  private static Done done(TrainedNetwork network, Optional<Found> found, TrainingView shown) {
    return new Done(network, found, shown.imagesPerSecond());
  }
}
