package io.topiary.cli.policies;

import io.topiary.schemas.PruningPolicy;
import java.util.Optional;

/**
 * What the newest record of a name says.
 *
 * @param policy absent where the record cannot be read
 * @param complaint why it cannot; empty where it can
 */
record PresentPolicy(Optional<PruningPolicy> policy, String complaint) {

  static PresentPolicy of(PruningPolicy policy) {
    return new PresentPolicy(Optional.of(policy), "");
  }

  static PresentPolicy unreadable(String complaint) {
    return new PresentPolicy(Optional.empty(), complaint);
  }

  boolean says(PruningPolicy other) {
    return policy.filter(other::equals).isPresent();
  }
}
