package io.topiary.runtime.lifecycle;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.telemetry.Telemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service as a process: reads its configuration, serves its metrics and health, starts it, waits
 * for SIGTERM, SIGINT or a bug, and stops it. What a person got wrong is one sentence on standard
 * error and exit status 2; a bug is a stack trace and exit status 1.
 */
public final class ServiceMain {

  /** Starts a service; closing what is returned stops it. */
  @FunctionalInterface
  public interface Service {
    AutoCloseable start(Settings settings, Telemetry telemetry) throws Exception;
  }

  /** Shorter than the 30 s that Kubernetes grants between SIGTERM and SIGKILL. */
  static final Setting<Duration> STOP_WITHIN =
      Setting.duration(
              "topiary.stop.within",
              "time after which a stopping process ends, whatever it is at; services give their own work 20s to stop, workers topiary.worker.hand.back.within")
          .orElse("25s");

  /** What every service may be told, besides what it asks for itself. */
  public static final List<Setting<?>> SETTINGS = List.of(STOP_WITHIN);

  private static final int BUG = 1;
  private static final int MISTAKE = 2;

  private static final Logger log = LoggerFactory.getLogger(ServiceMain.class);

  private final String name;
  private final List<Setting<?>> settings;
  private final Service service;

  /** Completes when the process is told to stop. */
  private final CompletableFuture<Void> signal = new CompletableFuture<>();

  private final CountDownLatch stopped = new CountDownLatch(1);

  private ServiceMain(String name, Collection<Setting<?>> settings, Service service) {
    this.name = name;
    this.settings = new ArrayList<>(settings);
    this.settings.addAll(Telemetry.SETTINGS);
    this.settings.addAll(SETTINGS);
    this.service = service;
  }

  /**
   * Runs the service until the process is told to stop; does not return.
   *
   * @param name what the service is called, for example {@code topiary-trainer}
   * @param settings all that the service asks for; those of metrics, health and stopping are added
   */
  public static void run(
      String name, Collection<Setting<?>> settings, Service service, String... arguments) {
    System.exit(new ServiceMain(name, settings, service).run(List.of(arguments)));
  }

  private int run(List<String> arguments) {
    try {
      var parsed = Arguments.parse(arguments);
      if (parsed.help()) {
        System.out.print(help());
        return 0;
      }
      var configuration = Settings.load(settings, parsed.flags(), parsed.file(), System.getenv());
      stopOnSignal(configuration.get(STOP_WITHIN));
      serve(configuration);
      return 0;
    } catch (StartException e) {
      System.err.println(e.getMessage());
      return MISTAKE;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StartException mistake) {
        System.err.println(mistake.getMessage());
        return MISTAKE;
      }
      log.error("{} ends because of a bug", name, e.getCause());
      return BUG;
    } catch (Exception e) {
      log.error("{} could not start because of a bug", name, e);
      return BUG;
    } finally {
      stopped.countDown();
    }
  }

  private void serve(Settings configuration) throws Exception {
    try (var resources = new Resources()) {
      var telemetry = resources.own(Telemetry.start(configuration));
      var start = telemetry.health().component("start");
      resources.own(service.start(configuration, telemetry));
      start.ready();
      log.info("{} runs; metrics and health are at {}", name, telemetry.address());
      CompletableFuture.anyOf(signal, telemetry.health().failure()).get();
      log.info("{} stops", name);
    }
  }

  /** The process ends when the hook has returned, so the hook waits for the service to stop. */
  private void stopOnSignal(Duration within) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  signal.complete(null);
                  try {
                    if (!stopped.await(within.toMillis(), TimeUnit.MILLISECONDS)) {
                      log.error("{} did not stop within {}", name, within);
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                name + "-stop"));
  }

  private String help() {
    var text =
        new StringBuilder("Usage: " + name + " [--config FILE] [--set NAME=VALUE]... [--help]\n\n")
            .append("Settings, by --set, by environment (TOPIARY_HTTP_PORT), or in the file:\n\n");
    settings.stream()
        .sorted(Comparator.comparing(Setting::name))
        .forEach(
            setting ->
                text.append(
                    "  %s%n      %s; %s%s%n"
                        .formatted(
                            setting.name(),
                            setting.description(),
                            setting.expected(),
                            setting
                                .fallback()
                                .map(value -> "; default " + value)
                                .orElse("; needed"))));
    return text.toString();
  }
}
