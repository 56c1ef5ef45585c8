package io.topiary.runtime.telemetry;

import io.micrometer.core.instrument.Tags;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Result;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/** The labels of meters about networks: each takes few values, and none is an id. */
public final class Labels {

  /** How work can end: what counts its ends has them all from the start, as 0. */
  public static final List<Result> RESULTS = List.of(Result.DONE, Result.FAILED, Result.CANCELLED);

  private static final String DENSE = "dense";

  private Labels() {}

  /**
   * Which fleet a network belongs to: model, how it is made sparse, such as {@code one-shot} or
   * {@code gmp}, or {@code dense}; learning-rate schedule; and the sparsity that was asked for,
   * such as {@code 0.9}, or {@code 0} when dense.
   */
  public static Tags of(Lineage lineage, Recipe recipe, double targetSparsity) {
    return Tags.of(
        "model", lineage.getModel(),
        "method", method(lineage),
        "schedule", value(recipe.getLearningRate().getSchedule()),
        "sparsity", value(targetSparsity));
  }

  /** A constant as the value of a label: in lower case, with hyphens. */
  public static String value(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** How a network is made sparse, such as {@code one-shot} or {@code gmp}, or {@code dense}. */
  public static String method(Lineage lineage) {
    if (lineage.getPlan().isEmpty()) {
      // A network that was trained sparse has a method, but no plan.
      return lineage.getMethod().map(Labels::value).orElse(DENSE);
    }
    // Plans that say nothing of it are of a version that could prune in one way only.
    return value(lineage.getMethod().orElse(Method.ONE_SHOT));
  }

  /** A number as the value of a label: no more digits than it has. */
  public static String value(double number) {
    return Double.isFinite(number)
        ? BigDecimal.valueOf(number).stripTrailingZeros().toPlainString()
        : String.valueOf(number);
  }
}
