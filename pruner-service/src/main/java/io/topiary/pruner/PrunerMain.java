package io.topiary.pruner;

import io.topiary.runtime.artifact.ArtifactStores;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.lifecycle.ServiceMain;
import io.topiary.runtime.telemetry.Telemetry;
import java.util.List;
import java.util.stream.Stream;

/** The pruner as a process of its own. */
public final class PrunerMain {

  private static final List<Setting<?>> SETTINGS =
      Stream.of(PrunerConfig.SETTINGS, ArtifactStores.SETTINGS, KafkaSettings.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  private PrunerMain() {}

  public static void main(String[] arguments) {
    ServiceMain.run("topiary-pruner", SETTINGS, PrunerMain::start, arguments);
  }

  private static PrunerService start(Settings settings, Telemetry telemetry)
      throws InterruptedException {
    return PrunerService.start(
        PrunerConfig.from(settings),
        ArtifactStores.open(settings),
        KafkaSettings.from(settings),
        telemetry);
  }
}
