package io.topiary.engine.sparsifier;

import java.util.Map;
import java.util.stream.Collectors;

/** What methods remember, on its way into a snapshot and back. */
final class MethodState {
  static final String MASK = "mask";
  static final String THRESHOLDS = "thresholds";
  static final String THRESHOLD_MOMENTUM = "thresholds.momentum";

  private MethodState() {}

  /** Copies, for the method goes on to change its own. */
  static Map<String, float[]> copyOf(Map<String, float[]> own) {
    return own.entrySet().stream()
        .collect(
            Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> entry.getValue().clone()));
  }

  /**
   * Fills the own arrays with what is given.
   *
   * @throws SparsifierException if it has other names or lengths
   */
  static void restore(Map<String, float[]> own, Map<String, float[]> given) {
    StateMismatch.requireNames(own, given);
    given.forEach((name, floats) -> System.arraycopy(floats, 0, own.get(name), 0, floats.length));
  }
}
