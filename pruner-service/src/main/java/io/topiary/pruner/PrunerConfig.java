package io.topiary.pruner;

import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.SettingException;
import io.topiary.runtime.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a pruner has to be told.
 *
 * @param stateDirectory where the state stores lie; what is lost there is read again from Kafka
 * @param threads threads that plans are worked on with
 * @param patience how long a retraining may stay silent before it is sent again
 * @param longestPruning what one transaction may take: Kafka aborts it, and the work begins anew,
 *     after that. Records are taken one at a time, and a transaction ends with the one in which
 *     {@code commit.interval.ms} runs out, 0.1 s unless it is configured: as a rule with the first
 *     checkpoint that has to be pruned for all its plans. But the tasks of a thread share their
 *     transactions: when policies change or the artifact store comes back, each may prune one
 *     checkpoint in the same
 */
public record PrunerConfig(
    Path stateDirectory, int threads, Duration patience, Duration longestPruning) {

  public static final Setting<Path> STATE_DIRECTORY =
      Setting.path("topiary.pruner.state.dir", "folder of the pruner's state stores")
          .orElse(Path.of(System.getProperty("java.io.tmpdir"), "topiary-pruner").toString());

  public static final Setting<Integer> THREADS =
      Setting.positive("topiary.pruner.threads", "threads that plans are worked on with")
          .orElse("1");

  public static final Setting<Duration> PATIENCE =
      Setting.duration("topiary.pruner.patience", "silence after which a retraining is sent again")
          .orElse("10m");

  /**
   * Not longer than needed: when a pruner is killed and another does not take over its state
   * directory, whatever it had begun to send holds up all readers until then.
   */
  public static final Setting<Duration> LONGEST_PRUNING =
      Setting.duration(
              "topiary.pruner.longest.pruning",
              "time that one transaction, so pruning a checkpoint for all its plans, may take; at"
                  + " most the brokers' transaction.max.timeout.ms")
          .orElse("2m");

  public static final List<Setting<?>> SETTINGS =
      List.of(STATE_DIRECTORY, THREADS, PATIENCE, LONGEST_PRUNING);

  public PrunerConfig {
    requireWithin(PATIENCE, patience, Duration.ofDays(30));
    requireWithin(LONGEST_PRUNING, longestPruning, Duration.ofDays(1));
  }

  public static PrunerConfig from(Settings settings) {
    return new PrunerConfig(
        settings.get(STATE_DIRECTORY),
        settings.get(THREADS),
        settings.get(PATIENCE),
        settings.get(LONGEST_PRUNING));
  }

  private static void requireWithin(Setting<Duration> setting, Duration value, Duration most) {
    if (value.isZero() || value.isNegative() || value.compareTo(most) > 0) {
      throw new SettingException(
          "%s is %s, but it should be above 0 and at most %s."
              .formatted(setting.name(), value, most));
    }
  }
}
