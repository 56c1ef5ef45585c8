package io.topiary.cli.policies;

import io.topiary.schemas.PruningPolicy;

/**
 * A policy that somebody wrote.
 *
 * @param place {@code file:line} of its name
 */
public record WrittenPolicy(PruningPolicy policy, String place) {

  public String name() {
    return policy.getName();
  }
}
