package io.topiary.evaluator;

import io.topiary.evaluator.frontier.FrontierConfig;
import io.topiary.evaluator.frontier.FrontierService;
import io.topiary.evaluator.page.PageService;
import io.topiary.runtime.artifact.ArtifactStores;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.lifecycle.ServiceMain;
import io.topiary.runtime.telemetry.Telemetry;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;

/** The evaluator as a process of its own, in the roles that it is told. */
public final class EvaluatorMain {

  private static final List<Setting<?>> SETTINGS =
      Stream.of(
              List.<Setting<?>>of(Role.SETTING),
              EvaluatorConfig.SETTINGS,
              FrontierConfig.SETTINGS,
              ArtifactStores.SETTINGS,
              KafkaSettings.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  private EvaluatorMain() {}

  public static void main(String[] arguments) {
    ServiceMain.run("topiary-evaluator", SETTINGS, EvaluatorMain::start, arguments);
  }

  private static Resources start(Settings settings, Telemetry telemetry)
      throws InterruptedException {
    var roles = settings.get(Role.SETTING);
    var started = new Resources();
    try {
      if (roles.contains(Role.FRONTIER)) {
        started.own(frontier(settings, telemetry));
        started.own(PageService.start(KafkaSettings.from(settings), telemetry, Clock.systemUTC()));
      }
      if (roles.contains(Role.WORKER)) {
        started.own(worker(settings, telemetry));
      }
      return started;
    } catch (InterruptedException | RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private static FrontierService frontier(Settings settings, Telemetry telemetry)
      throws InterruptedException {
    return FrontierService.start(
        FrontierConfig.from(settings), KafkaSettings.from(settings), telemetry);
  }

  private static EvaluatorService worker(Settings settings, Telemetry telemetry)
      throws InterruptedException {
    return EvaluatorService.start(
        EvaluatorConfig.from(settings),
        ArtifactStores.open(settings),
        KafkaSettings.from(settings),
        telemetry,
        Clock.systemUTC());
  }
}
