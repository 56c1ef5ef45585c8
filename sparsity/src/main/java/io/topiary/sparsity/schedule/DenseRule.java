package io.topiary.sparsity.schedule;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The ways to choose the learning rates of a dense training. */
public enum DenseRule {
  /** See {@link LinearDecay}. */
  LINEAR {
    @Override
    public LinearDecay schedule(double peak, int warmUp, int iterations) {
      return new LinearDecay(peak, warmUp, iterations);
    }
  },
  /** See {@link StepDecay#threeDrops}. */
  STEP {
    @Override
    public StepDecay schedule(double peak, int warmUp, int iterations) {
      return StepDecay.threeDrops(peak, warmUp, iterations);
    }
  },
  /** See {@link CosineDecay}. */
  COSINE {
    @Override
    public CosineDecay schedule(double peak, int warmUp, int iterations) {
      return new CosineDecay(peak, warmUp, iterations);
    }
  },
  /** See {@link OneCycle}. */
  ONE_CYCLE {
    @Override
    public OneCycle schedule(double peak, int warmUp, int iterations) {
      return new OneCycle(peak, warmUp, iterations);
    }

    @Override
    public String label() {
      return "1-cycle";
    }
  };

  /**
   * The rates of a training.
   *
   * @param peak the highest of them
   * @param warmUp the iterations in which they rise to it
   * @throws ScheduleException when there can be no such rates
   */
  public abstract DenseSchedule schedule(double peak, int warmUp, int iterations);

  /** Its name on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The rule of that name.
   *
   * @throws ScheduleException when there is none
   */
  public static DenseRule named(String label) {
    return Stream.of(values())
        .filter(rule -> rule.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new ScheduleException(
                    "There is no dense schedule '%s'; known are %s."
                        .formatted(
                            label,
                            Stream.of(values())
                                .map(DenseRule::label)
                                .collect(Collectors.joining(", ")))));
  }
}
