package io.topiary.trainer;

import io.topiary.runtime.artifact.ArtifactStores;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.lifecycle.ServiceMain;
import io.topiary.runtime.telemetry.Telemetry;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;

/** The trainer as a process of its own. */
public final class TrainerMain {

  private static final List<Setting<?>> SETTINGS =
      Stream.of(TrainerConfig.SETTINGS, ArtifactStores.SETTINGS, KafkaSettings.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  private TrainerMain() {}

  public static void main(String[] arguments) {
    ServiceMain.run("topiary-trainer", SETTINGS, TrainerMain::start, arguments);
  }

  private static TrainerService start(Settings settings, Telemetry telemetry)
      throws InterruptedException {
    return TrainerService.start(
        TrainerConfig.from(settings),
        ArtifactStores.open(settings),
        KafkaSettings.from(settings),
        telemetry,
        Clock.systemUTC());
  }
}
