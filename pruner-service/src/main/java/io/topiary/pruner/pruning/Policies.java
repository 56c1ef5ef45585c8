package io.topiary.pruner.pruning;

import static java.util.stream.Collectors.joining;

import io.topiary.schemas.Method;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.SelectorKind;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;

/** What a policy may say, and which models it is for. */
public final class Policies {

  /** Those that dense runs follow. */
  private static final EnumSet<Schedule> DENSE =
      EnumSet.of(Schedule.LINEAR, Schedule.STEP, Schedule.COSINE, Schedule.ONE_CYCLE);

  /** Those that prune a trained network; the others make one sparse while it is trained. */
  private static final EnumSet<Method> PRUNING =
      EnumSet.of(Method.ONE_SHOT, Method.IMP, Method.IMP_RENDA, Method.BIMP);

  /** A sparsity in decimals is as near to 1 - n/m as this. */
  private static final double ROUNDING = 1e-9;

  /** All plans of a policy are begun in one transaction. */
  private static final int MOST_PLANS = 64;

  private Policies() {}

  /**
   * Checks all that a policy says, as far as it can be told without a network.
   *
   * @param key the record's key, which is the policy's name
   * @throws RefusedException when it cannot be acted on
   */
  public static void requireValid(String key, PruningPolicy policy) {
    require(
        !policy.getName().isBlank() && policy.getName().equals(key),
        policy,
        "is sent under the key '%s'; the key must be its name".formatted(key));
    require(
        !policy.getModels().isBlank(), policy, "is for no models; '*' would stand for all of them");
    requirePruning(policy);
    require(
        policy.getSelector() != SelectorKind.UNKNOWN,
        policy,
        "has the selector UNKNOWN; this version knows " + known(SelectorKind.values()));
    requireForRetraining(policy);
    requireValidSparsities(policy);
    requireDistinctSeeds(policy);
    requireFewPlans(policy);
    PolicyPhases.requireValid(policy);
    requirePattern(policy);
  }

  /**
   * Whether the policy's glob matches the model's name: {@code *} any text, {@code ?} any letter.
   */
  public static boolean appliesTo(PruningPolicy policy, String model) {
    return new Glob(policy.getModels()).matches(model);
  }

  private static void requirePruning(PruningPolicy policy) {
    var method = policy.getMethod();
    var known = known(PRUNING.toArray(Method[]::new));
    require(
        method != Method.UNKNOWN, policy, "has the method UNKNOWN; this version knows " + known);
    require(
        PRUNING.contains(method),
        policy,
        "has the method %s, which makes a network sparse while it is trained from scratch; it must be one of %s"
            .formatted(method, known));
  }

  private static void requireForRetraining(PruningPolicy policy) {
    var schedule = policy.getSchedule();
    var known =
        known(
            Arrays.stream(Schedule.values())
                .filter(any -> !DENSE.contains(any))
                .toArray(Schedule[]::new));
    require(
        schedule != Schedule.UNKNOWN, policy, "retrains with UNKNOWN; this version knows " + known);
    require(
        !DENSE.contains(schedule),
        policy,
        "retrains with %s, which is for dense runs; it must be one of %s"
            .formatted(schedule, known));
  }

  private static void requireValidSparsities(PruningPolicy policy) {
    require(!policy.getSparsities().isEmpty(), policy, "has no sparsity to prune to");
    var seen = new HashSet<Double>();
    for (var sparsity : policy.getSparsities()) {
      require(
          sparsity > 0 && sparsity < 1,
          policy,
          "prunes to sparsity %s; it must be above 0 and below 1".formatted(sparsity));
      require(seen.add(sparsity), policy, "prunes to sparsity %s twice".formatted(sparsity));
    }
  }

  private static void requireDistinctSeeds(PruningPolicy policy) {
    var seen = new HashSet<Long>();
    for (var seed : policy.getSeeds()) {
      require(seen.add(seed), policy, "has the seed %d twice".formatted(seed));
    }
  }

  private static void requireFewPlans(PruningPolicy policy) {
    var sparsities = policy.getSparsities().size();
    var seeds = Math.max(1, policy.getSeeds().size());
    var plans = (long) sparsities * seeds;
    require(
        plans <= MOST_PLANS,
        policy,
        "makes %d plans of every network, %d sparsities by %d seeds; it must be at most %d"
            .formatted(plans, sparsities, seeds, MOST_PLANS));
  }

  private static void requirePattern(PruningPolicy policy) {
    var n = policy.getN();
    var m = policy.getM();
    if (policy.getSelector() != SelectorKind.N_OF_M) {
      require(
          n == 0 && m == 0,
          policy,
          "has n = %d and m = %d, but the selector %s; both must be 0, as they are for N_OF_M"
              .formatted(n, m, policy.getSelector()));
      return;
    }
    require(
        n >= 1 && n < m,
        policy,
        "keeps %d of every %d weights; n must be at least 1 and below m".formatted(n, m));
    require(
        policy.getMethod() == Method.ONE_SHOT,
        policy,
        "prunes to a pattern by %s; with N_OF_M the method must be ONE_SHOT"
            .formatted(policy.getMethod()));
    var sparsity = (m - n) / (double) m;
    for (var asked : policy.getSparsities()) {
      require(
          Math.abs(asked - sparsity) <= ROUNDING,
          policy,
          "prunes to sparsity %s; where %d of every %d weights stay it must be %s"
              .formatted(asked, n, m, sparsity));
    }
  }

  private static String known(Enum<?>... constants) {
    return List.of(constants).stream()
        .map(Enum::name)
        .filter(name -> !name.equals("UNKNOWN"))
        .collect(joining(", "));
  }

  static void require(boolean condition, PruningPolicy policy, String complaint) {
    if (!condition) {
      throw new RefusedException("Policy '%s' %s.".formatted(policy.getName(), complaint));
    }
  }
}
