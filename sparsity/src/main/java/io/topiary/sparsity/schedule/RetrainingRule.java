package io.topiary.sparsity.schedule;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The ways to choose the learning rates of a retraining, named as in their papers. */
public enum RetrainingRule {
  /** See {@link Ft}. */
  FT {
    @Override
    public Ft schedule(DenseHistory history, int iterations, double d1, double d2) {
      return new Ft(history.etaMin(), iterations);
    }
  },
  /** See {@link Lrw}. */
  LRW {
    @Override
    public Lrw schedule(DenseHistory history, int iterations, double d1, double d2) {
      return new Lrw(history, iterations);
    }
  },
  /** See {@link Slr}. */
  SLR {
    @Override
    public Slr schedule(DenseHistory history, int iterations, double d1, double d2) {
      return new Slr(history, iterations);
    }
  },
  /** See {@link Clr}. */
  CLR {
    @Override
    public Clr schedule(DenseHistory history, int iterations, double d1, double d2) {
      return new Clr(history.etaOne(), history.etaMin(), iterations);
    }
  },
  /** See {@link Llr}. */
  LLR {
    @Override
    public Llr schedule(DenseHistory history, int iterations, double d1, double d2) {
      return new Llr(history.etaOne(), iterations);
    }
  },
  /** See {@link Allr}. */
  ALLR {
    @Override
    public Allr schedule(DenseHistory history, int iterations, double d1, double d2) {
      return new Allr(history.etaOne(), d1, d2, iterations);
    }
  };

  /**
   * The rates of one phase.
   *
   * @param iterations n, at least 0
   * @param d1 see {@link Allr#d1(double, double)}; of account for ALLR alone
   * @param d2 see {@link Allr#d2(double, double)}; of account for ALLR alone
   * @throws ScheduleException when there can be no such rates: LRW of more iterations than the
   *     dense training had, say
   */
  public abstract RetrainingSchedule schedule(
      DenseHistory history, int iterations, double d1, double d2);

  /** Its name on the command line, in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The rule of that name.
   *
   * @throws ScheduleException when there is none
   */
  public static RetrainingRule named(String label) {
    return Stream.of(values())
        .filter(rule -> rule.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new ScheduleException(
                    "There is no retraining schedule '%s'; known are %s."
                        .formatted(
                            label,
                            Stream.of(values())
                                .map(RetrainingRule::label)
                                .collect(Collectors.joining(", ")))));
  }
}
