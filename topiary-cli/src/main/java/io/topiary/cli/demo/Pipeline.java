package io.topiary.cli.demo;

import io.topiary.cli.broker.EmbeddedKafka;
import io.topiary.evaluator.EvaluatorConfig;
import io.topiary.evaluator.EvaluatorService;
import io.topiary.evaluator.frontier.FrontierConfig;
import io.topiary.evaluator.frontier.FrontierService;
import io.topiary.evaluator.page.PageService;
import io.topiary.evaluator.timing.TimingSettings;
import io.topiary.pruner.PrunerConfig;
import io.topiary.pruner.PrunerService;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.config.WorkerSettings;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.quiet.QuietPeriods;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Evaluation;
import io.topiary.trainer.TrainerConfig;
import io.topiary.trainer.TrainerService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All of Topiary in this process: a broker, and the three services started as their own processes
 * would start them. They share the process and nothing else.
 */
final class Pipeline implements AutoCloseable {

  private static final List<Setting<?>> SETTINGS =
      Stream.of(
              KafkaSettings.SETTINGS,
              TrainerConfig.SETTINGS,
              PrunerConfig.SETTINGS,
              EvaluatorConfig.SETTINGS,
              FrontierConfig.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  /** Training pauses meanwhile, twice for each of some seven networks: enough, for small ones. */
  private static final String TIMING_BUDGET = "200ms";

  private final Resources resources;
  private final KafkaSettings kafka;
  private final FrontierService frontier;

  private Pipeline(Resources resources, KafkaSettings kafka, FrontierService frontier) {
    this.resources = resources;
    this.kafka = kafka;
    this.frontier = frontier;
  }

  /**
   * Starts it all; what was started is stopped again when something cannot be.
   *
   * @param slots jobs that are trained side by side
   * @param dataDir folder whose sub-folders are data sets
   */
  static Pipeline start(
      DemoFolder folder,
      ArtifactStore artifacts,
      int slots,
      Path dataDir,
      Telemetry telemetry,
      Clock clock)
      throws IOException, InterruptedException {
    var resources = new Resources();
    try {
      var broker = resources.own(EmbeddedKafka.start(folder.kafka()));
      var settings = settings(broker, folder, slots, dataDir);
      var kafka = KafkaSettings.from(settings);
      var quietPeriods = new QuietPeriods();
      resources.own(PrunerService.start(PrunerConfig.from(settings), artifacts, kafka, telemetry));
      resources.own(
          EvaluatorService.start(
              EvaluatorConfig.from(settings), artifacts, kafka, telemetry, clock, quietPeriods));
      resources.own(
          TrainerService.start(
              TrainerConfig.from(settings), artifacts, kafka, telemetry, clock, quietPeriods));
      var frontier =
          resources.own(FrontierService.start(FrontierConfig.from(settings), kafka, telemetry));
      resources.own(PageService.start(kafka, telemetry, clock));
      return new Pipeline(resources, kafka, frontier);
    } catch (IOException | InterruptedException | RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  /** Whether the metrics tell of the evaluation, which was sent before it was aggregated. */
  boolean shows(Evaluation evaluation) {
    return frontier.knows(evaluation);
  }

  /** How to reach the broker. */
  KafkaSettings kafka() {
    return kafka;
  }

  @Override
  public void close() {
    resources.close();
  }

  private static Settings settings(
      EmbeddedKafka broker, DemoFolder folder, int slots, Path dataDir) {
    return Settings.of(
        SETTINGS,
        Map.of(
            KafkaSettings.BOOTSTRAP_SERVERS.name(), broker.bootstrapServers(),
            TrainerConfig.SLOTS.name(), String.valueOf(slots),
            TimingSettings.BUDGET.name(), TIMING_BUDGET,
            WorkerSettings.NAME.name(), "demo",
            WorkerSettings.DATA_FOLDERS.name(), dataDir.toString(),
            PrunerConfig.STATE_DIRECTORY.name(), folder.state().toString(),
            FrontierConfig.STATE_DIRECTORY.name(), folder.state().toString()));
  }
}
