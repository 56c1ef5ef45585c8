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
import io.topiary.schemas.Method;
import io.topiary.schemas.Sparsifier;
import io.topiary.schemas.TrainingJob;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.mask.Mask;
import java.util.Optional;

/** What a job's recipe says of how its network becomes, or stays, sparse. */
final class Sparsifications {

  private Sparsifications() {}

  /**
   * What the job asks for.
   *
   * @param mask that of the job
   * @throws InvalidInputException when it asks for something that cannot be
   */
  static Sparsification of(TrainingJob job, Optional<Mask> mask) {
    var sparsifier = job.getRecipe().getSparsifier();
    if (sparsifier.isEmpty()) {
      return mask.<Sparsification>map(Keep::new).orElseGet(None::new);
    }
    if (mask.isPresent()) {
      throw new JobRefusedException(
          "The job has a mask to keep and the method %s, which makes one of its own; it should have one of the two."
              .formatted(sparsifier.get().getMethod()));
    }
    var sparsification = method(sparsifier.get());
    requireOwnFieldsOnly(sparsifier.get());
    requireTarget(job, sparsifier.get());
    return sparsification;
  }

  private static Sparsification method(Sparsifier sparsifier) {
    var sparsity = sparsifier.getSparsity();
    return switch (sparsifier.getMethod()) {
      case GMP -> new Gmp(sparsity, sparsifier.getPeriod(), sparsifier.getRecovery());
      case GSM -> new Gsm(sparsity);
      case DPF -> new Dpf(sparsity, sparsifier.getPeriod());
      case DNW -> new Dnw(sparsity);
      case LC -> new Lc(sparsity);
      case STR -> new Str(sparsity, sparsifier.getInitialThreshold());
      case DST -> new Dst(sparsity, sparsifier.getAlpha());
      case UNKNOWN, ONE_SHOT, IMP, IMP_RENDA, BIMP ->
          throw new JobRefusedException(
              "The recipe's method is %s, but a network is made sparse while it trains by GMP, GSM, DPF, DNW, LC, STR or DST."
                  .formatted(sparsifier.getMethod()));
    };
  }

  /** Refuses what the method makes no use of, as it shows that another was meant. */
  private static void requireOwnFieldsOnly(Sparsifier sparsifier) {
    var method = sparsifier.getMethod();
    require(
        method == Method.GMP || method == Method.DPF || sparsifier.getPeriod() == 1,
        method,
        "a period");
    require(method == Method.GMP || !sparsifier.getRecovery(), method, "recovery");
    require(
        method == Method.STR || sparsifier.getInitialThreshold() == 0,
        method,
        "an initial threshold");
    require(method == Method.DST || sparsifier.getAlpha() == 0, method, "an alpha");
  }

  private static void require(boolean condition, Method method, String what) {
    if (!condition) {
      throw new JobRefusedException(
          "The recipe's sparsifier has %s, which %s has no use for.".formatted(what, method));
    }
  }

  /** The job's own is what tables and metrics show. */
  private static void requireTarget(TrainingJob job, Sparsifier sparsifier) {
    if (job.getTargetSparsity() != sparsifier.getSparsity()) {
      throw new JobRefusedException(
          "The job has the target sparsity %s; it must be %s, as in its recipe's sparsifier."
              .formatted(job.getTargetSparsity(), sparsifier.getSparsity()));
    }
  }
}
