package io.topiary.cli.compare.experiment;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.runtime.StartException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.stream.Stream;

/**
 * A share of the dense training's epochs, as a decimal or as a fraction: the paper retrains for 2,
 * 5 and 10 of 90 epochs, and 2/90 of 45 are 1, which 0.0222 of them are not.
 *
 * @param typed as somebody typed it
 */
public record Share(String typed, BigDecimal numerator, BigDecimal denominator) {

  /** Those of Zimmer, Spiegel and Pokutta (2023), table 1. */
  public static final String USUAL = "2/90,5/90,10/90";

  /**
   * Shares with commas between them.
   *
   * @throws StartException when one is none, or not above 0 and at most 1, or is there twice
   */
  public static List<Share> parse(String option, List<String> typed) {
    var shares =
        typed.stream()
            .flatMap(list -> Stream.of(list.split(",", -1)))
            .map(text -> parse(option, text.strip()))
            .toList();
    require(
        shares.stream().map(share -> share.of(1)).distinct().count() == shares.size(),
        "%s is %s, but each share should be named once.",
        option,
        String.join(",", typed));
    return shares;
  }

  /** Of so many epochs. */
  public double of(double epochs) {
    return BigDecimal.valueOf(epochs)
        .multiply(numerator)
        .divide(denominator, MathContext.DECIMAL64)
        .doubleValue();
  }

  private static Share parse(String option, String text) {
    var parts = text.split("/", 2);
    try {
      var share =
          new Share(
              text,
              new BigDecimal(parts[0].strip()),
              parts.length == 2 ? new BigDecimal(parts[1].strip()) : BigDecimal.ONE);
      require(
          share.denominator.signum() > 0
              && share.numerator.signum() > 0
              && share.numerator.compareTo(share.denominator) <= 0,
          "%s has %s, but a share of the dense epochs should be above 0 and at most 1, for example"
              + " 2/90.",
          option,
          text);
      return share;
    } catch (NumberFormatException e) {
      throw new StartException(
          "%s has '%s', but it should be shares of the dense epochs with commas between them, for example %s."
              .formatted(option, text, USUAL),
          e);
    }
  }
}
