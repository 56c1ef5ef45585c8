package io.topiary.engine;

import io.topiary.engine.data.Images;
import io.topiary.engine.sparsifier.Layout;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.sparsity.schedule.LearningRateSchedule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Looks for the parameter with which a method whose sparsity cannot be set reaches one: STR's
 * initial threshold, on a linear scale, and DST's alpha, on a logarithmic one. Either makes
 * networks sparser the higher it is. From the run's own parameter on, steps that double lead to one
 * that is too low and one that is too high; then the interval between them is halved. A step is 1
 * for STR and a factor of 10 for DST. A network that is denser than one of a lower parameter counts
 * as too sparse: it got so far that thresholds of DST began again. The run's own parameter should
 * therefore rather be too low. A training that diverges counts as too sparse as well, unless it is
 * the first, which ends the search.
 *
 * <p>Every training starts from the same weights with the same seed. The search ends with the first
 * that reaches the sparsity s, before its last pruning, and not more than s plus the tolerance, or
 * when it has run as often as it may, or has nowhere to go. It yields, of the trainings that missed
 * s by no more than the tolerance, the one that is best on the validation images; where there is
 * none, the best of all, for each is as sparse as it was asked to be after its last pruning, and
 * some networks jump from too dense to all but empty. It never looks at test images.
 *
 * <p>A search cannot be taken up again in its midst: its trainings are runs of their own, whose
 * snapshots a listener must not mix up.
 *
 * @param run a run whose method is STR, or DST with an alpha above 0, which is where the search
 *     starts
 * @param validation images that decide
 * @param tolerance how far from s, as a fraction of the prunable weights, is close enough
 * @param mostRuns trainings in all, at least 1
 * @param probes learning rates of a shorter training to search with, whereupon the parameter found
 *     is trained with in full, as one of {@code mostRuns}; empty to search with the run itself.
 *     Thresholds rise with every iteration, so a parameter found in shorter trainings leads to a
 *     sparser network in full ones.
 */
public record SparsifierSearch(
    TrainingRun run,
    Images validation,
    double tolerance,
    int mostRuns,
    Optional<LearningRateSchedule> probes) {

  /** Searches with the run itself. */
  public SparsifierSearch(TrainingRun run, Images validation, double tolerance, int mostRuns) {
    this(run, validation, tolerance, mostRuns, Optional.empty());
  }

  public SparsifierSearch {
    ParameterScale.of(run.sparsification());
    require(
        tolerance > 0 && tolerance < 1,
        "The tolerance of a search is %s; it must be above 0 and below 1.",
        tolerance);
    int least = probes.isPresent() ? 2 : 1;
    require(
        mostRuns >= least,
        "A search has %s trainings; it must have at least " + least + ".",
        mostRuns);
  }

  /**
   * One training of a search.
   *
   * @param parameter initial threshold or alpha
   * @param reached the sparsity that the method itself arrived at
   * @param validationAccuracy after the last pruning, of a network as sparse as it was asked to be
   */
  public record Probe(double parameter, double reached, double validationAccuracy) {}

  /**
   * What a search yields.
   *
   * @param sparsification the method with the parameter chosen
   * @param probe what was said of its training
   * @param network what came out of its training
   * @param probes all trainings, the one chosen included, in their order
   * @param close whether the one chosen missed the sparsity by no more than the tolerance, before
   *     its last pruning
   */
  public record Found(
      Sparsification sparsification,
      Probe probe,
      TrainedNetwork network,
      List<Probe> probes,
      boolean close) {

    public Found {
      probes = List.copyOf(probes);
    }
  }

  /**
   * Searches, on the calling thread.
   *
   * @param listener follows every training in turn
   * @param probed is told of every training that is done
   * @throws TrainingStoppedException if the listener asked to stop
   * @throws TrainingDivergedException if loss or weights of a training are no longer finite
   */
  public Found search(Weights start, TrainingListener listener, Consumer<Probe> probed) {
    return new Search(start, listener, probed).search();
  }

  /** A search under way. */
  private final class Search {
    private final Weights start;
    private final TrainingListener listener;
    private final Consumer<Probe> probed;
    private final ParameterScale scale = ParameterScale.of(run.sparsification());
    private final double target;
    private final int weights;
    private final List<Probe> done = new ArrayList<>();
    private double highestTooLow;

    Search(Weights start, TrainingListener listener, Consumer<Probe> probed) {
      this.start = start;
      weights = Layout.of(start.network()).weights();
      target = Math.rint(scale.sparsity() * weights) / weights;
      this.listener = listener;
      this.probed = probed;
    }

    Found search() {
      int mostProbes = probes.isPresent() ? mostRuns - 1 : mostRuns;
      LearningRateSchedule schedule = probes.orElse(run.schedule());
      Bracket bracket = new Bracket();
      Trained best = train(bracket.next(), schedule);
      bracket.learn(best.position(), isTooLow(best));
      for (int runs = 1; !meets(best) && runs < mostProbes && !bracket.isExhausted(); runs++) {
        best = probe(best, bracket, schedule);
      }
      Trained chosen = probes.isPresent() ? train(best.position(), run.schedule()) : best;
      return new Found(
          scale.at(chosen.position()), chosen.probe(), chosen.network(), done, isClose(chosen));
    }

    private Trained probe(Trained best, Bracket bracket, LearningRateSchedule schedule) {
      double position = bracket.next();
      try {
        Trained next = train(position, schedule);
        bracket.learn(position, isTooLow(next));
        return meets(next) ? next : better(best, next);
      } catch (TrainingDivergedException e) {
        // A parameter that tears the network apart is too high; what was found before it stands.
        bracket.learn(position, false);
        return best;
      }
    }

    private Trained train(double position, LearningRateSchedule schedule) {
      TrainedNetwork network = with(scale.at(position), schedule).run(start, listener);
      Probe probe =
          new Probe(scale.parameter(position), reached(network), validationAccuracy(network));
      done.add(probe);
      probed.accept(probe);
      return new Trained(position, probe, network);
    }

    /** A whole number of weights, so that the target is met to the last one or not at all. */
    private double reached(TrainedNetwork network) {
      return (double) (Math.round(network.sparsity() * weights) - network.prunedInTheEnd())
          / weights;
    }

    /** All that are tried are above those that were too low. */
    private boolean isTooLow(Trained trained) {
      double reached = trained.probe().reached();
      if (reached >= target || reached < highestTooLow - tolerance) {
        return false;
      }
      highestTooLow = Math.max(highestTooLow, reached);
      return true;
    }

    private boolean meets(Trained trained) {
      double reached = trained.probe().reached();
      return reached >= target && reached <= target + tolerance;
    }

    private Trained better(Trained first, Trained second) {
      Comparator<Trained> order =
          Comparator.comparing(this::isClose)
              .thenComparingDouble(trained -> trained.probe().validationAccuracy());
      return order.compare(first, second) >= 0 ? first : second;
    }

    private boolean isClose(Trained trained) {
      return Math.abs(trained.probe().reached() - target) <= tolerance;
    }
  }

  private record Trained(double position, Probe probe, TrainedNetwork network) {}

  private TrainingRun with(Sparsification sparsification, LearningRateSchedule schedule) {
    return new TrainingRun(
        run.images(),
        run.augmentation(),
        schedule,
        run.batchSize(),
        run.sgd(),
        sparsification,
        run.seed(),
        run.computing());
  }

  private double validationAccuracy(TrainedNetwork network) {
    return Evaluator.evaluate(network.weights(), validation, run.computing(), done -> {})
        .accuracy();
  }

  private static void require(boolean condition, String message, Object value) {
    if (!condition) {
      throw new EngineInputException(message.formatted(value));
    }
  }
}
