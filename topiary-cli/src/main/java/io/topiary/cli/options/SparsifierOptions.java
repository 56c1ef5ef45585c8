package io.topiary.cli.options;

import java.util.Optional;
import picocli.CommandLine.Option;

/** How a network is made sparse while it is trained, as it is asked for on the command line. */
public final class SparsifierOptions {

  @Option(
      names = "--method",
      paramLabel = "NAME",
      description =
          "Makes the network sparse while it is trained: gmp, gmp-recovery (pruned weights may come"
              + " back), gsm (with a momentum of 0.98 where --momentum is not given), dpf, dnw, lc, str or"
              + " dst. Default: dense training")
  private Optional<String> method = Optional.empty();

  @Option(
      names = "--sparsity",
      paramLabel = "S",
      description = "Fraction of the weights that are 0 in the end; goes with --method.")
  private Optional<Double> sparsity = Optional.empty();

  @Option(
      names = "--ramp-period",
      paramLabel = "EPOCHS",
      description =
          "gmp, gmp-recovery, dpf: epochs from one step of the rising sparsity to the next. Default:"
              + " 1")
  private Optional<Integer> rampPeriod = Optional.empty();

  @Option(
      names = "--initial-threshold",
      paramLabel = "A",
      description =
          "str: what every layer's threshold, before the sigmoid, starts with; the higher, the"
              + " sparser. Default: searched for")
  private Optional<Double> initialThreshold = Optional.empty();

  @Option(
      names = "--alpha",
      paramLabel = "ALPHA",
      description =
          "dst: weight of the penalty that raises thresholds; the higher, the sparser. Default:"
              + " searched for")
  private Optional<Double> alpha = Optional.empty();

  @Option(
      names = "--search",
      description =
          "str, dst: searches for the parameter that leads to the sparsity, and of those that do for"
              + " the best on the validation images; from the one given on, if one is. Default: where"
              + " none is given")
  private boolean search;

  @Option(
      names = "--search-runs",
      paramLabel = "N",
      description = "str, dst: how many trainings a search may take. Default: 8")
  private Optional<Integer> searchRuns = Optional.empty();

  /**
   * What was asked for; absent for training that removes nothing.
   *
   * @throws io.topiary.runtime.StartException when it makes no sense or contradicts itself
   */
  public Optional<SparsifierRequest> request() {
    return new TypedSparsifier(
            method, sparsity, rampPeriod, initialThreshold, alpha, search, searchRuns)
        .request();
  }
}
