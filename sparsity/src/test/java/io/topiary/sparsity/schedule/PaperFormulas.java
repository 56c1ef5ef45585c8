package io.topiary.sparsity.schedule;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * The retraining schedules once more, written from the papers' table with whole arrays and no
 * regard to speed, for the real ones to be held against.
 */
final class PaperFormulas {

  private final double[] dense;
  private final int denseWarmUp;
  private final double etaOne;
  private final double etaMin;

  PaperFormulas(double[] dense, int denseWarmUp) {
    this.dense = dense;
    this.denseWarmUp = denseWarmUp;
    etaOne = Arrays.stream(dense).max().orElseThrow();
    etaMin = Arrays.stream(dense).skip(denseWarmUp).min().orElseThrow();
  }

  double[] rates(RetrainingRule rule, int n, double d1, double d2) {
    var rates = new double[n];
    for (var i = 0; i < n; i++) {
      rates[i] =
          switch (rule) {
            case FT -> etaMin;
            case LRW -> dense[dense.length - n + i];
            case SLR, CLR, LLR -> restarted(rule, n, i, etaOne);
            case ALLR -> restarted(rule, n, i, Math.min(1, Math.max(d1, d2)) * etaOne);
          };
    }
    return rates;
  }

  private double restarted(RetrainingRule rule, int n, int i, double peak) {
    var w = (int) Math.floor(0.1 * n);
    if (w > 0 && i <= w) {
      var half = Math.sin(Math.PI / 2 * i / w);
      return peak * half * half;
    }
    var j = w > 0 ? i - w - 1 : i;
    var m = n - w;
    return switch (rule) {
      case SLR -> scaled(j, m);
      case CLR -> {
        var half = Math.cos(Math.PI / 2 * j / m);
        yield etaMin + (etaOne - etaMin) * half * half;
      }
      default -> peak * (m - j) / m;
    };
  }

  private double scaled(int j, int m) {
    var index =
        BigInteger.valueOf(j)
            .multiply(BigInteger.valueOf(dense.length))
            .divide(BigInteger.valueOf(m))
            .intValueExact();
    return index < denseWarmUp ? etaOne : dense[index];
  }
}
