package io.topiary.trainer;

import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.config.WorkerSettings;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a trainer is told.
 *
 * @param slots jobs trained side by side, on one thread each
 */
public record TrainerConfig(WorkerSettings worker, int slots) {

  public static final Setting<Integer> SLOTS =
      Setting.positive("topiary.trainer.slots", "jobs trained side by side, on one thread each")
          .orElse(String.valueOf(Runtime.getRuntime().availableProcessors()));

  public static final List<Setting<?>> SETTINGS =
      Stream.concat(WorkerSettings.SETTINGS.stream(), Stream.<Setting<?>>of(SLOTS)).toList();

  public static TrainerConfig from(Settings settings) {
    return new TrainerConfig(WorkerSettings.from(settings), settings.get(SLOTS));
  }
}
