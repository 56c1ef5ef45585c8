package io.topiary.cli.pipeline;

import io.topiary.cli.broker.EmbeddedKafka;
import io.topiary.evaluator.EvaluatorConfig;
import io.topiary.evaluator.EvaluatorService;
import io.topiary.evaluator.frontier.FrontierConfig;
import io.topiary.evaluator.frontier.FrontierService;
import io.topiary.evaluator.page.PageService;
import io.topiary.pruner.PrunerConfig;
import io.topiary.pruner.PrunerService;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.quiet.QuietPeriods;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Evaluation;
import io.topiary.trainer.TrainerConfig;
import io.topiary.trainer.TrainerService;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All of Topiary in this process: a broker, and the three services started as their own processes
 * would start them. They share the process and nothing else.
 */
public final class Pipeline implements AutoCloseable {

  private static final List<Setting<?>> SETTINGS =
      Stream.of(
              KafkaSettings.SETTINGS,
              TrainerConfig.SETTINGS,
              PrunerConfig.SETTINGS,
              EvaluatorConfig.SETTINGS,
              FrontierConfig.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

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
   * @param told settings of the services, by name, besides broker and folders
   */
  public static Pipeline start(
      PipelineFolder folder,
      ArtifactStore artifacts,
      Map<String, String> told,
      Telemetry telemetry,
      Clock clock)
      throws IOException, InterruptedException {
    var resources = new Resources();
    try {
      var broker = resources.own(EmbeddedKafka.start(folder.kafka()));
      var settings = settings(broker, folder, told);
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
  public boolean shows(Evaluation evaluation) {
    return frontier.knows(evaluation);
  }

  /** How to reach the broker. */
  public KafkaSettings kafka() {
    return kafka;
  }

  @Override
  public void close() {
    resources.close();
  }

  private static Settings settings(
      EmbeddedKafka broker, PipelineFolder folder, Map<String, String> told) {
    var settings = new HashMap<>(told);
    settings.put(KafkaSettings.BOOTSTRAP_SERVERS.name(), broker.bootstrapServers());
    settings.put(PrunerConfig.STATE_DIRECTORY.name(), folder.state().toString());
    settings.put(FrontierConfig.STATE_DIRECTORY.name(), folder.state().toString());
    return Settings.of(SETTINGS, settings);
  }
}
