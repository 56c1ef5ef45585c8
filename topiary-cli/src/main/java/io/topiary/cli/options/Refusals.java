package io.topiary.cli.options;

import io.topiary.runtime.StartException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One sentence for an option that cannot be: what it is, and what would be right. */
public final class Refusals {

  private Refusals() {}

  /** Refuses with the sentence, formatted with the values, unless the condition holds. */
  public static void require(boolean condition, String sentence, Object... values) {
    if (!condition) {
      throw new StartException(String.format(Locale.ROOT, sentence, values));
    }
  }

  /** Refuses what is not above 0 and finite. */
  public static void requirePositive(String option, double value) {
    require(
        value > 0 && Double.isFinite(value),
        "%s is %s, but it should be above 0.",
        option,
        number(value));
  }

  /** Refuses an option that means nothing beside the others. */
  static void requireAbsent(String option, Optional<? extends Number> value, String because) {
    value.ifPresent(
        given -> require(false, "%s is %s, but %s.", option, number(given.doubleValue()), because));
  }

  /** Refuses what is not among what it could be. */
  public static void requireChoice(String option, String typed, List<String> names) {
    require(
        names.contains(typed),
        "%s is '%s', but it should be %s or %s.",
        option,
        typed,
        String.join(", ", names.subList(0, names.size() - 1)),
        names.get(names.size() - 1));
  }

  /** A number as a person writes it: 20 and not 20.0. */
  public static String number(double value) {
    return Double.isFinite(value) && Math.abs(value) < 1e15
        ? BigDecimal.valueOf(value).stripTrailingZeros().toPlainString()
        : String.valueOf(value);
  }
}
