package io.topiary.evaluator;

import io.topiary.runtime.config.Setting;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a process of the evaluator can be: both, unless it is told otherwise. */
public enum Role {
  /** Evaluates checkpoints. */
  WORKER,
  /** Aggregates evaluations, answers questions about them, shows their gauges and the page. */
  FRONTIER;

  public static final Setting<Set<Role>> SETTING =
      new Setting<>(
          "topiary.evaluator.roles",
          "what this process is: worker, which evaluates checkpoints, and frontier, which"
              + " aggregates evaluations, answers for them and serves the page",
          "worker, frontier, or both separated by a comma",
          Optional.of("worker,frontier"),
          Role::parse);

  private static Optional<Set<Role>> parse(String text) {
    var names = List.of(text.split(",", -1));
    var roles = EnumSet.noneOf(Role.class);
    Arrays.stream(values())
        .filter(role -> names.stream().anyMatch(role::isNamed))
        .forEach(roles::add);
    return names.stream().allMatch(name -> roles.stream().anyMatch(role -> role.isNamed(name)))
        ? Optional.of(roles)
        : Optional.empty();
  }

  private boolean isNamed(String text) {
    return name().toLowerCase(Locale.ROOT).equals(text.strip());
  }
}
