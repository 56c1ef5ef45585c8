package io.topiary.cli.policies;

import io.topiary.schemas.PruningPolicy;

/**
 * A policy that somebody wrote.
 *
 * @param place {@code file:line} of its name
 */
record WrittenPolicy(PruningPolicy policy, String place) {

  String name() {
    return policy.getName();
  }
}
