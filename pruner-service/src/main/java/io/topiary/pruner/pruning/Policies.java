package io.topiary.pruner.pruning;

import io.topiary.schemas.Method;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.SelectorKind;
import java.util.HashSet;

/** What a policy may say, and which models it is for. */
public final class Policies {

  private static final int LONGEST_RETRAINING = 1_000_000;

  private Policies() {}

  /**
   * Checks all that a policy says.
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
    require(
        policy.getMethod() == Method.ONE_SHOT,
        policy,
        "has the method %s; this version knows ONE_SHOT".formatted(policy.getMethod()));
    require(
        policy.getSelector() == SelectorKind.GLOBAL_MAGNITUDE,
        policy,
        "has the selector %s; this version knows GLOBAL_MAGNITUDE".formatted(policy.getSelector()));
    require(
        policy.getSchedule() == Schedule.ALLR,
        policy,
        "retrains with %s; this version knows ALLR".formatted(policy.getSchedule()));
    requireValidSparsities(policy);
    var epochs = policy.getRetrainEpochs();
    require(
        epochs > 0 && epochs <= LONGEST_RETRAINING,
        policy,
        "retrains for %s epochs; it must be above 0 and at most %d"
            .formatted(epochs, LONGEST_RETRAINING));
  }

  /**
   * Whether the policy's glob matches the model's name: {@code *} any text, {@code ?} any letter.
   */
  public static boolean appliesTo(PruningPolicy policy, String model) {
    return matches(policy.getModels(), model);
  }

  /** Goes back to the last asterisk only, which is enough, and takes no longer than quadratic. */
  private static boolean matches(String glob, String name) {
    var g = 0;
    var n = 0;
    var afterAsterisk = -1;
    var retry = 0;
    while (n < name.length()) {
      if (g < glob.length() && glob.charAt(g) == '*') {
        afterAsterisk = ++g;
        retry = n;
      } else if (g < glob.length() && (glob.charAt(g) == '?' || glob.charAt(g) == name.charAt(n))) {
        g++;
        n++;
      } else if (afterAsterisk >= 0) {
        g = afterAsterisk;
        n = ++retry;
      } else {
        return false;
      }
    }
    return glob.substring(g).chars().allMatch(letter -> letter == '*');
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

  private static void require(boolean condition, PruningPolicy policy, String complaint) {
    if (!condition) {
      throw new RefusedException("Policy '%s' %s.".formatted(policy.getName(), complaint));
    }
  }
}
