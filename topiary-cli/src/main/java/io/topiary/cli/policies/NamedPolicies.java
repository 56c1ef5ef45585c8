package io.topiary.cli.policies;

import static io.topiary.cli.options.Refusals.require;

import java.util.Collection;
import java.util.Set;

/** Policies that somebody asks for by name. */
final class NamedPolicies {

  private NamedPolicies() {}

  /**
   * @throws io.topiary.runtime.StartException when one of the names is no policy's
   */
  static void requireThere(Collection<String> names, Set<String> present) {
    for (var name : names) {
      require(
          present.contains(name),
          "There is no policy '%s'; %s.",
          name,
          present.isEmpty() ? "there are none at all" : "there are " + String.join(", ", present));
    }
  }
}
