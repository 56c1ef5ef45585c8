package io.topiary.cli.text;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** How figures are written in tables and plots. */
public final class Figures {

  private static final MathContext FOUR_DIGITS = new MathContext(4);
  private static final double SMALLEST_PLAIN = 1e-4;
  private static final double LARGEST_PLAIN = 1e5;

  private Figures() {}

  /** At most four significant digits, without zeros that say nothing; at most nine characters. */
  public static String number(double value) {
    var size = Math.abs(value);
    if (value != 0 && (size < SMALLEST_PLAIN || size >= LARGEST_PLAIN)) {
      return format("%.1e", value);
    }
    return new BigDecimal(value).round(FOUR_DIGITS).stripTrailingZeros().toPlainString();
  }

  /** Epochs, to a hundredth. */
  public static String epochs(double value) {
    return new BigDecimal(value)
        .setScale(2, RoundingMode.HALF_EVEN)
        .stripTrailingZeros()
        .toPlainString();
  }

  public static String percent(double share) {
    return format("%.2f%%", 100 * share);
  }

  /** For example {@code 1 iteration} or {@code 1,281,167 images}. */
  public static String count(long count, String noun) {
    return format("%,d %s%s", count, noun, count == 1 ? "" : "s");
  }

  /** With points and commas where English has them, whatever language the machine speaks. */
  public static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
