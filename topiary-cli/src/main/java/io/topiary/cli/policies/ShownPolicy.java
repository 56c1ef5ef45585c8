package io.topiary.cli.policies;

import io.topiary.runtime.config.KafkaSettings;
import io.topiary.schemas.Method;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Topics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A policy as it is shown.
 *
 * @param name the record's key
 * @param accepted whether the pruner has accepted what it says now
 */
record ShownPolicy(String name, PresentPolicy present, boolean accepted) {

  /** All that there are, in the order of their names. */
  static List<ShownPolicy> all(KafkaSettings kafka) {
    var accepted = PolicyReader.readOnce(kafka, Topics.ACCEPTED_POLICIES);
    return PolicyReader.readOnce(kafka, Topics.POLICIES).entrySet().stream()
        .map(
            entry ->
                new ShownPolicy(
                    entry.getKey(),
                    entry.getValue(),
                    entry
                        .getValue()
                        .policy()
                        .filter(
                            policy ->
                                Optional.ofNullable(accepted.get(entry.getKey()))
                                    .filter(other -> other.says(policy))
                                    .isPresent())
                        .isPresent()))
        .toList();
  }

  /** One sentence where the record cannot be read. */
  Optional<String> complaint() {
    return present.policy().isPresent()
        ? Optional.empty()
        : Optional.of("The policy '%s' cannot be shown: %s.".formatted(name, present.complaint()));
  }

  /** What it says, by the keys that it can be written with; nothing where it cannot be read. */
  Map<String, Object> values() {
    return present.policy().map(ShownPolicy::values).orElse(Map.of());
  }

  /** All that a policy says; what its method has no use for is left out. */
  static Map<String, Object> values(PruningPolicy policy) {
    var values = new LinkedHashMap<String, Object>();
    values.put(PolicyYaml.NAME, policy.getName());
    values.put(PolicyYaml.MODELS, policy.getModels());
    values.put(PolicyYaml.METHOD, Words.of(policy.getMethod()));
    var inPhases = policy.getMethod() == Method.IMP || policy.getMethod() == Method.BIMP;
    if (inPhases || policy.getPhases() != PolicyYaml.usualPhases(policy.getMethod())) {
      values.put(PolicyYaml.PHASES, policy.getPhases());
    }
    values.put(
        PolicyYaml.SPARSITY, policy.getSparsities().stream().map(ShownPolicy::plain).toList());
    values.put(PolicyYaml.SELECTOR, Words.selector(policy));
    values.put(PolicyYaml.SCHEDULE, Words.of(policy.getSchedule()));
    var elsewhere = policy.getTotalRetrainEpochs().isPresent() || policy.getMethod() == Method.BIMP;
    if (!elsewhere || policy.getRetrainEpochs() != 0) {
      values.put(PolicyYaml.RETRAIN_EPOCHS, plain(policy.getRetrainEpochs()));
    }
    policy
        .getTotalRetrainEpochs()
        .ifPresent(epochs -> values.put(PolicyYaml.TOTAL_RETRAIN_EPOCHS, plain(epochs)));
    policy.getBudget().ifPresent(epochs -> values.put(PolicyYaml.EPOCHS, plain(epochs)));
    if (!policy.getSeeds().isEmpty()) {
      values.put(PolicyYaml.SEEDS, policy.getSeeds());
    }
    return values;
  }

  /** 20 and not 20.0. */
  private static Number plain(double value) {
    var whole = (long) value;
    return whole == value ? (Number) whole : (Number) value;
  }
}
