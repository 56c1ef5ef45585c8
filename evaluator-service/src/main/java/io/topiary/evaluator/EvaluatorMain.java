package io.topiary.evaluator;

import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.lifecycle.ServiceMain;
import io.topiary.runtime.telemetry.Telemetry;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;

/** The evaluator as a process of its own. */
public final class EvaluatorMain {

  private static final List<Setting<?>> SETTINGS =
      Stream.of(EvaluatorConfig.SETTINGS, FileArtifactStore.SETTINGS, KafkaSettings.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  private EvaluatorMain() {}

  public static void main(String[] arguments) {
    ServiceMain.run("topiary-evaluator", SETTINGS, EvaluatorMain::start, arguments);
  }

  private static EvaluatorService start(Settings settings, Telemetry telemetry)
      throws InterruptedException {
    return EvaluatorService.start(
        EvaluatorConfig.from(settings),
        FileArtifactStore.open(settings.get(FileArtifactStore.DIRECTORY)),
        KafkaSettings.from(settings),
        telemetry,
        Clock.systemUTC());
  }
}
