package io.topiary.cli.compare.experiment;

import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Dnw;
import io.topiary.engine.sparsifier.Sparsification.Dpf;
import io.topiary.engine.sparsifier.Sparsification.Dst;
import io.topiary.engine.sparsifier.Sparsification.Gmp;
import io.topiary.engine.sparsifier.Sparsification.Gsm;
import io.topiary.engine.sparsifier.Sparsification.Lc;
import io.topiary.engine.sparsifier.Sparsification.Str;
import io.topiary.schemas.Method;
import io.topiary.schemas.Sparsifier;

/** A method that prunes while it trains, as jobs carry it. */
final class SparsifierRecord {

  private SparsifierRecord() {}

  static Sparsifier of(Sparsification method) {
    if (method instanceof Gmp gmp) {
      return record(Method.GMP, gmp.sparsity())
          .setPeriod(gmp.period())
          .setRecovery(gmp.recovery())
          .build();
    }
    if (method instanceof Dpf dpf) {
      return record(Method.DPF, dpf.sparsity()).setPeriod(dpf.period()).build();
    }
    if (method instanceof Gsm gsm) {
      return record(Method.GSM, gsm.sparsity()).build();
    }
    if (method instanceof Dnw dnw) {
      return record(Method.DNW, dnw.sparsity()).build();
    }
    if (method instanceof Lc lc) {
      return record(Method.LC, lc.sparsity()).build();
    }
    if (method instanceof Str str) {
      return record(Method.STR, str.sparsity()).setInitialThreshold(str.initialThreshold()).build();
    }
    if (method instanceof Dst dst) {
      return record(Method.DST, dst.sparsity()).setAlpha(dst.alpha()).build();
    }
    throw new IllegalArgumentException("no method that prunes while it trains: " + method);
  }

  private static Sparsifier.Builder record(Method method, double sparsity) {
    return Sparsifier.newBuilder().setMethod(method).setSparsity(sparsity);
  }
}
