package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.require;
import static io.topiary.cli.options.Refusals.requireAbsent;

import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Dnw;
import io.topiary.engine.sparsifier.Sparsification.Dpf;
import io.topiary.engine.sparsifier.Sparsification.Dst;
import io.topiary.engine.sparsifier.Sparsification.Gmp;
import io.topiary.engine.sparsifier.Sparsification.Gsm;
import io.topiary.engine.sparsifier.Sparsification.Lc;
import io.topiary.engine.sparsifier.Sparsification.Str;
import io.topiary.runtime.StartException;
import java.util.Optional;

/**
 * The options of a method as they were typed; what was not is absent. Here is decided what goes
 * together and what stands in for what was not said.
 */
record TypedSparsifier(
    Optional<String> method,
    Optional<Double> sparsity,
    Optional<Integer> rampPeriod,
    Optional<Double> initialThreshold,
    Optional<Double> alpha,
    boolean search,
    Optional<Integer> searchRuns) {

  private static final int USUAL_PERIOD = 1;
  private static final int USUAL_RUNS = 8;
  private static final int MOST_RUNS = 1000;

  /** Where a search for STR's starts: at thresholds that almost all weights are above. */
  private static final double FIRST_THRESHOLD = -5;

  /** Where a search for DST's starts: between those of its authors for CIFAR and for MNIST. */
  private static final double FIRST_ALPHA = 5e-5;

  /**
   * @throws StartException when it makes no sense or contradicts itself
   */
  Optional<SparsifierRequest> request() {
    if (method.isEmpty()) {
      requireNothing();
      return Optional.empty();
    }
    var typed = method.orElseThrow();
    Refusals.requireChoice("--method", typed, SparseMethod.labels());
    var chosen = SparseMethod.named(typed);
    var target = target(typed);
    requireOwnOptions(chosen);
    return Optional.of(
        new SparsifierRequest(
            chosen,
            sparsification(chosen, target),
            target,
            chosen.ramps() ? Optional.of(rampPeriod.orElse(USUAL_PERIOD)) : Optional.empty(),
            runs(chosen)));
  }

  private void requireNothing() {
    var because = "there is no --method; one should be given, for example --method gmp";
    requireAbsent("--sparsity", sparsity, because);
    requireAbsent("--ramp-period", rampPeriod, because);
    requireAbsent("--initial-threshold", initialThreshold, because);
    requireAbsent("--alpha", alpha, because);
    requireAbsent("--search-runs", searchRuns, because);
    require(!search, "--search is there, but %s.", because);
  }

  private double target(String typed) {
    var given =
        sparsity.orElseThrow(
            () ->
                new StartException(
                    "--method is %s, but --sparsity is missing; it should say how far, for example 0.9."
                        .formatted(typed)));
    require(
        given > 0 && given < 1,
        "--sparsity is %s, but it should be above 0 and below 1, for example 0.9.",
        number(given));
    return given;
  }

  private void requireOwnOptions(SparseMethod chosen) {
    if (!chosen.ramps()) {
      requireAbsent("--ramp-period", rampPeriod, "only gmp, gmp-recovery and dpf have a ramp");
    }
    if (chosen != SparseMethod.STR) {
      requireAbsent("--initial-threshold", initialThreshold, "only --method str has one");
    }
    if (chosen != SparseMethod.DST) {
      requireAbsent("--alpha", alpha, "only --method dst has one");
    }
    if (!chosen.searches()) {
      var because = "only str and dst have a parameter to search for";
      requireAbsent("--search-runs", searchRuns, because);
      require(!search, "--search is there, but %s.", because);
    }
    rampPeriod.ifPresent(
        given -> require(given >= 1, "--ramp-period is %d, but it should be at least 1.", given));
    initialThreshold.ifPresent(
        given ->
            require(
                Float.isFinite(given.floatValue()),
                "--initial-threshold is %s, but it should be a finite number, for example -5.",
                number(given)));
    alpha.ifPresent(this::requireAlpha);
  }

  /** A search multiplies it. */
  private void requireAlpha(double given) {
    require(
        given >= 0 && Float.isFinite((float) given),
        "--alpha is %s, but it should be at least 0, for example 5e-5.",
        number(given));
    require(
        given > 0 || !search,
        "--alpha is 0, from which --search cannot start; it should be above 0, for example 5e-5.");
  }

  private Sparsification sparsification(SparseMethod chosen, double target) {
    int period = rampPeriod.orElse(USUAL_PERIOD);
    return switch (chosen) {
      case GMP -> new Gmp(target, period, false);
      case GMP_RECOVERY -> new Gmp(target, period, true);
      case GSM -> new Gsm(target);
      case DPF -> new Dpf(target, period);
      case DNW -> new Dnw(target);
      case LC -> new Lc(target);
      case STR -> new Str(target, initialThreshold.orElse(FIRST_THRESHOLD));
      case DST -> new Dst(target, alpha.orElse(FIRST_ALPHA));
    };
  }

  /** It searches where it is told to, and where it is not told what it would search for. */
  private Optional<Integer> runs(SparseMethod chosen) {
    var given = initialThreshold.isPresent() || alpha.isPresent();
    if (!chosen.searches() || (given && !search)) {
      requireAbsent(
          "--search-runs",
          searchRuns,
          "the parameter is given, which leaves nothing to search for without --search");
      return Optional.empty();
    }
    int runs = searchRuns.orElse(USUAL_RUNS);
    require(
        runs >= 1 && runs <= MOST_RUNS,
        "--search-runs is %d, but it should be between 1 and %d.",
        runs,
        MOST_RUNS);
    return Optional.of(runs);
  }
}
