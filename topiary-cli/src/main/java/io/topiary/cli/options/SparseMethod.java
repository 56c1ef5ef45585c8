package io.topiary.cli.options;

import io.topiary.schemas.Method;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The methods that make a network sparse while it is trained, by name. */
public enum SparseMethod {
  GMP(Method.GMP),
  GMP_RECOVERY(Method.GMP),
  GSM(Method.GSM),
  DPF(Method.DPF),
  DNW(Method.DNW),
  LC(Method.LC),
  STR(Method.STR),
  DST(Method.DST);

  /** GSM's authors give it 0.98 to 0.99: with less, weights do not decay in time. */
  private static final double MOMENTUM_OF_GSM = 0.98;

  private final Method kind;

  SparseMethod(Method kind) {
    this.kind = kind;
  }

  /** Its name in records. */
  public Method kind() {
    return kind;
  }

  /** Whether it raises sparsity step by step. */
  boolean ramps() {
    return this == GMP || this == GMP_RECOVERY || this == DPF;
  }

  /** Whether its sparsity follows from a parameter, and has to be searched for. */
  boolean searches() {
    return this == STR || this == DST;
  }

  /** The option that says how sparse it becomes by itself, where there is one. */
  public Optional<String> parameter() {
    return switch (this) {
      case STR -> Optional.of("--initial-threshold");
      case DST -> Optional.of("--alpha");
      default -> Optional.empty();
    };
  }

  /** What it trains well with. */
  public double usualMomentum() {
    return this == GSM ? MOMENTUM_OF_GSM : TrainingRequest.USUAL_MOMENTUM;
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static List<String> labels() {
    return Stream.of(values()).map(SparseMethod::label).toList();
  }

  /** That of the label, which must be one. */
  public static SparseMethod named(String label) {
    return Stream.of(values())
        .filter(method -> method.label().equals(label))
        .findFirst()
        .orElseThrow();
  }
}
