package io.topiary.trainer;

import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.config.WorkerSettings;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a trainer is told.
 *
 * @param slots jobs trained side by side, each on as many threads as its recipe says
 * @param devices what jobs compute on, such as cpu or gpu:0; each job takes the one with the fewest
 *     jobs
 * @param snapshotEvery time between snapshots of a job within an epoch; at the end of an epoch a
 *     tenth of it is enough
 */
public record TrainerConfig(
    WorkerSettings worker, int slots, List<String> devices, Duration snapshotEvery) {

  public static final Setting<Integer> SLOTS =
      Setting.positive(
              "topiary.trainer.slots",
              "jobs trained side by side, each on as many threads as its recipe says")
          .orElse(String.valueOf(Runtime.getRuntime().availableProcessors()));

  public static final Setting<List<String>> DEVICES =
      Setting.names(
              "topiary.trainer.devices",
              "what jobs compute on: cpu, or gpu:0, gpu:1 and so on, separated by commas")
          .orElse("cpu");

  public static final Setting<Duration> SNAPSHOT_EVERY =
      Setting.duration(
              "topiary.trainer.snapshot.every",
              "time between snapshots of a job within an epoch, a tenth of it at an epoch's end")
          .orElse("5m");

  public static final List<Setting<?>> SETTINGS =
      Stream.concat(
              WorkerSettings.SETTINGS.stream(),
              Stream.<Setting<?>>of(SLOTS, DEVICES, SNAPSHOT_EVERY))
          .toList();

  public static TrainerConfig from(Settings settings) {
    return new TrainerConfig(
        WorkerSettings.from(settings),
        settings.get(SLOTS),
        settings.get(DEVICES),
        settings.get(SNAPSHOT_EVERY));
  }
}
