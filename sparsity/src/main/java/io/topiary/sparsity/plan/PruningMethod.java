package io.topiary.sparsity.plan;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The ways to divide pruning into phases. */
public enum PruningMethod {
  /** All at once. */
  ONE_SHOT,
  /** Iterative magnitude pruning: the same fraction of the weights alive in every phase. */
  IMP,
  /** IMP with a fifth of the weights alive per phase, however many phases that takes. */
  IMP_RENDA,
  /** Budgeted IMP: dense training and all phases within a given number of epochs. */
  BIMP;

  /** Its name on the command line, in lower case with hyphens. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The method of that name.
   *
   * @throws PlanException when there is none
   */
  public static PruningMethod named(String label) {
    return Stream.of(values())
        .filter(method -> method.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new PlanException(
                    "There is no pruning method '%s'; known are %s."
                        .formatted(
                            label,
                            Stream.of(values())
                                .map(PruningMethod::label)
                                .collect(Collectors.joining(", ")))));
  }
}
