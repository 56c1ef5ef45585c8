package io.topiary.evaluator;

import io.topiary.evaluator.timing.TimingSettings;
import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.config.WorkerSettings;
import java.util.List;
import java.util.stream.Stream;

/**
 * What an evaluator is told.
 *
 * @param slots checkpoints evaluated side by side, on one thread each
 * @param timing how networks are timed
 */
public record EvaluatorConfig(WorkerSettings worker, int slots, TimingSettings timing) {

  public static final Setting<Integer> SLOTS =
      Setting.positive(
              "topiary.evaluator.slots", "checkpoints evaluated side by side, on one thread each")
          .orElse("1");

  public static final List<Setting<?>> SETTINGS =
      Stream.of(WorkerSettings.SETTINGS, List.<Setting<?>>of(SLOTS), TimingSettings.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  public static EvaluatorConfig from(Settings settings) {
    return new EvaluatorConfig(
        WorkerSettings.from(settings), settings.get(SLOTS), TimingSettings.from(settings));
  }
}
