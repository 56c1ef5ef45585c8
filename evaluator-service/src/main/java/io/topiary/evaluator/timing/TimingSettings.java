package io.topiary.evaluator.timing;

import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import java.time.Duration;
import java.util.List;

/**
 * How evaluations time networks.
 *
 * @param threads of the CPU, for the dense and for the sparse network
 * @param rounds pairs of passes, at most; at least {@link #LEAST_ROUNDS} in any case
 * @param budget time for the rounds of one batch size, and half as much to warm up: when it is
 *     spent, the least rounds are enough
 * @param limit time that the least rounds of one batch size may take: where they would take longer,
 *     it is not timed
 */
public record TimingSettings(int threads, int rounds, Duration budget, Duration limit) {

  /** Three for each part of a measurement; a confidence interval needs six. */
  static final int LEAST_ROUNDS = 9;

  public static final Setting<Integer> THREADS =
      Setting.positive(
              "topiary.evaluator.timing.threads",
              "threads of the dense and of the sparse network while they are timed")
          .orElse("1");

  public static final Setting<Integer> ROUNDS =
      Setting.positive(
              "topiary.evaluator.timing.rounds",
              "pairs of passes, dense and sparse, that are timed at most for one batch size")
          .orElse("200");

  public static final Setting<Duration> BUDGET =
      Setting.duration(
              "topiary.evaluator.timing.budget",
              "time for the pairs of one batch size, while trainers in this process pause; 9 pairs are timed in any case")
          .orElse("500ms");

  public static final Setting<Duration> LIMIT =
      Setting.duration(
              "topiary.evaluator.timing.limit",
              "a batch size whose 9 pairs would take longer than this is not timed")
          .orElse("2m");

  public static final List<Setting<?>> SETTINGS = List.of(THREADS, ROUNDS, BUDGET, LIMIT);

  public static TimingSettings from(Settings settings) {
    return new TimingSettings(
        settings.get(THREADS), settings.get(ROUNDS), settings.get(BUDGET), settings.get(LIMIT));
  }
}
