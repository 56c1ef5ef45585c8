package io.topiary.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The services' jars, started as anybody would start them, and their broker in another process. */
final class Services implements AutoCloseable {

  static final Duration STARTED = Duration.ofSeconds(90);

  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

  private final Path folder;
  private final List<ChildProcess> services = new ArrayList<>();
  private final ChildProcess brokerProcess;
  private final String broker;

  private Services(Path folder, ChildProcess brokerProcess, String broker) {
    this.folder = folder;
    this.brokerProcess = brokerProcess;
    this.broker = broker;
  }

  /** Starts a broker that keeps all it has in the folder, and no service yet. */
  static Services onBrokerOfTheirOwn(Path folder) throws IOException {
    var address = folder.resolve("address");
    var process =
        ChildProcess.java(
            "broker",
            folder,
            Map.of(),
            List.of(
                "-cp",
                System.getProperty("java.class.path"),
                BrokerProcess.class.getName(),
                folder.resolve("kafka").toString(),
                address.toString()));
    try {
      await().atMost(STARTED).until(() -> Files.exists(address));
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
    return new Services(folder, process, Files.readString(address));
  }

  /** The broker's address. */
  String broker() {
    return broker;
  }

  /** Starts a service; evaluators time for as little as they can, as nobody reads the figures. */
  ChildProcess start(String service, String... flags) {
    return start(
        service,
        Map.of(
            "TOPIARY_KAFKA_BOOTSTRAP_SERVERS", broker,
            "TOPIARY_ARTIFACTS_DIR", folder.resolve("artifacts").toString(),
            "TOPIARY_PRUNER_STATE_DIR", folder.resolve("state").toString(),
            "TOPIARY_FRONTIER_STATE_DIR", folder.resolve("frontier-" + services.size()).toString(),
            "TOPIARY_EVALUATOR_TIMING_BUDGET", "10ms"),
        flags);
  }

  /** Starts a service that is told nothing. */
  ChildProcess startUntold(String service) {
    return start(service, Map.of());
  }

  private ChildProcess start(String service, Map<String, String> environment, String... flags) {
    var arguments =
        new ArrayList<>(
            List.of(
                "-jar",
                HOME.resolve(service + "-service/target/" + service + "-service.jar").toString()));
    arguments.addAll(List.of(flags));
    try {
      var name = service + "-" + services.size();
      var process = ChildProcess.java(name, folder, environment, arguments);
      services.add(process);
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitReady() {
    for (var service : services) {
      await()
          .atMost(STARTED)
          .untilAsserted(
              () -> assertThat(service.status("/readyz")).as(service.output()).isEqualTo(200));
    }
  }

  void requireAlive() {
    services.forEach(service -> assertThat(service.alive()).as(service.output()).isTrue());
  }

  /** The broker last: nobody needs to wait for one that is gone. */
  @Override
  public void close() {
    services.forEach(ChildProcess::close);
    brokerProcess.close();
  }
}
