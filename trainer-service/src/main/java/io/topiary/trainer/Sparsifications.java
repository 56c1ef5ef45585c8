package io.topiary.trainer;

import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Dnw;
import io.topiary.engine.sparsifier.Sparsification.Dpf;
import io.topiary.engine.sparsifier.Sparsification.Dst;
import io.topiary.engine.sparsifier.Sparsification.Gmp;
import io.topiary.engine.sparsifier.Sparsification.Gsm;
import io.topiary.engine.sparsifier.Sparsification.Keep;
import io.topiary.engine.sparsifier.Sparsification.Lc;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.engine.sparsifier.Sparsification.Str;
import io.topiary.runtime.queue.JobRefusedException;
import io.topiary.schemas.Sparsifier;
import io.topiary.sparsity.mask.Mask;
import java.util.Optional;

/** What a recipe says about sparsity, as the engine knows it. */
final class Sparsifications {

  private Sparsifications() {}

  /**
   * @param sparsifier how the network is made sparse while it trains; absent to leave it dense, or
   *     under its mask
   * @param mask which weights stay 0
   * @throws JobRefusedException when there are both, or when the method is none that makes a
   *     network sparse while it trains
   */
  static Sparsification of(Optional<Sparsifier> sparsifier, Optional<Mask> mask) {
    if (sparsifier.isEmpty()) {
      return mask.<Sparsification>map(Keep::new).orElseGet(None::new);
    }
    if (mask.isPresent()) {
      throw new JobRefusedException(
          "The job has a mask to keep and the method %s, which makes one of its own; it should have one of the two."
              .formatted(sparsifier.get().getMethod()));
    }
    return method(sparsifier.get());
  }

  private static Sparsification method(Sparsifier asked) {
    var sparsity = asked.getSparsity();
    return switch (asked.getMethod()) {
      case GMP -> new Gmp(sparsity, asked.getPeriod(), asked.getRecovery());
      case GSM -> new Gsm(sparsity);
      case DPF -> new Dpf(sparsity, asked.getPeriod());
      case DNW -> new Dnw(sparsity);
      case LC -> new Lc(sparsity);
      case STR -> new Str(sparsity, asked.getInitialThreshold());
      case DST -> new Dst(sparsity, asked.getAlpha());
      case UNKNOWN, ONE_SHOT, IMP, IMP_RENDA, BIMP ->
          throw new JobRefusedException(
              "The recipe's method is %s, but a network is made sparse while it trains by GMP, GSM, DPF, DNW, LC, STR or DST."
                  .formatted(asked.getMethod()));
    };
  }
}
