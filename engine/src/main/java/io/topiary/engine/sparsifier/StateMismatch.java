package io.topiary.engine.sparsifier;

import java.util.Map;
import java.util.Objects;

/** Complaints about a method's state that is another's. */
final class StateMismatch {

  private StateMismatch() {}

  /** Makes sure that the given state has the names and lengths of the own one. */
  static void requireNames(Map<String, float[]> own, Map<String, float[]> given) {
    if (!own.keySet().equals(given.keySet())) {
      throw new SparsifierException(
          "The method's state has %s; it must have %s."
              .formatted(given.keySet().stream().sorted().toList(), own.keySet()));
    }
    own.forEach(
        (name, floats) -> {
          int length = Objects.requireNonNull(given.get(name)).length;
          if (length != floats.length) {
            throw new SparsifierException(
                "The method's state '%s' has %d values; it must have %d."
                    .formatted(name, length, floats.length));
          }
        });
  }
}
