package io.topiary.evaluator;

import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.config.WorkerSettings;
import java.util.List;
import java.util.stream.Stream;

/**
 * What an evaluator is told.
 *
 * @param slots checkpoints evaluated side by side, on one thread each
 */
public record EvaluatorConfig(WorkerSettings worker, int slots) {

  public static final Setting<Integer> SLOTS =
      Setting.positive(
              "topiary.evaluator.slots", "checkpoints evaluated side by side, on one thread each")
          .orElse("1");

  public static final List<Setting<?>> SETTINGS =
      Stream.concat(WorkerSettings.SETTINGS.stream(), Stream.<Setting<?>>of(SLOTS)).toList();

  public static EvaluatorConfig from(Settings settings) {
    return new EvaluatorConfig(WorkerSettings.from(settings), settings.get(SLOTS));
  }
}
