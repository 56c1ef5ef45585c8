package io.topiary.cli.policies;

import io.topiary.runtime.config.KafkaSettings;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether the pruner follows what was sent. */
final class Acceptance {

  private Acceptance() {}

  /**
   * Waits until the pruner has accepted all policies, or the time is over.
   *
   * @return names of those that it has not accepted
   */
  static List<String> waitFor(List<WrittenPolicy> policies, KafkaSettings kafka, Duration patience)
      throws InterruptedException {
    var deadline = Instant.now().plus(patience);
    try (var reader = new PolicyReader(kafka, Topics.ACCEPTED_POLICIES)) {
      while (true) {
        var missing = missing(policies, reader.read());
        if (missing.isEmpty() || Instant.now().isAfter(deadline)) {
          return missing;
        }
        reader.pause();
      }
    }
  }

  private static List<String> missing(
      List<WrittenPolicy> policies, Map<String, PresentPolicy> accepted) {
    return policies.stream()
        .filter(
            policy ->
                Optional.ofNullable(accepted.get(policy.name()))
                    .filter(now -> now.says(policy.policy()))
                    .isEmpty())
        .map(WrittenPolicy::name)
        .toList();
  }
}
