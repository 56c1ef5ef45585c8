package io.topiary.cli.cluster;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.evaluator.EvaluatorConfig;
import io.topiary.evaluator.Role;
import io.topiary.evaluator.frontier.FrontierConfig;
import io.topiary.pruner.PrunerConfig;
import io.topiary.runtime.artifact.ArtifactStores;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.lifecycle.ServiceMain;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.trainer.TrainerConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import picocli.CommandLine.Option;

/** How a command reaches the brokers that the services are on: told as the services are. */
public final class BrokerOptions {

  private static final String KAFKA = "topiary.kafka.";

  /** What a file that is written for the services may hold besides Kafka's settings. */
  private static final List<Setting<?>> OF_SERVICES =
      Stream.of(
              TrainerConfig.SETTINGS,
              PrunerConfig.SETTINGS,
              EvaluatorConfig.SETTINGS,
              FrontierConfig.SETTINGS,
              List.<Setting<?>>of(Role.SETTING, KafkaSettings.CREATE_TOPICS),
              ArtifactStores.SETTINGS,
              Telemetry.SETTINGS,
              ServiceMain.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  /** May be missing as far as settings go: a command has an option of its own to ask for. */
  private static final Setting<String> BROKERS =
      new Setting<>(
          KafkaSettings.BOOTSTRAP_SERVERS.name(),
          KafkaSettings.BOOTSTRAP_SERVERS.description(),
          "host:port",
          Optional.of(""),
          Optional::of);

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = {
        "Brokers to connect to first, separated by commas.",
        "Where it is left out: topiary.kafka.bootstrap.servers of the file, or"
            + " TOPIARY_KAFKA_BOOTSTRAP_SERVERS of the environment."
      })
  private Optional<String> bootstrapServers = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description =
          "A property of Kafka's clients, for example topiary.kafka.security.protocol=SSL; may be"
              + " given more than once.")
  private Map<String, String> properties = new HashMap<>();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "YAML or properties file with such properties; a service's will do. Where it is left out:"
              + " the one that TOPIARY_CONFIG names, if any.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--client-config",
      paramLabel = "FILE",
      description = {
        "Properties file with such properties by Kafka's own names, as Kafka's tools take it by"
            + " --command-config: security.protocol, sasl.jaas.config and so on.",
        "What it says counts before --config and the environment, and after --set."
      })
  private Optional<Path> clientConfig = Optional.empty();

  /** Whether any option says something; the environment may all the same. */
  public boolean given() {
    return bootstrapServers.isPresent()
        || !properties.isEmpty()
        || file.isPresent()
        || clientConfig.isPresent();
  }

  /**
   * What flags, environment and file say, in this order.
   *
   * @throws io.topiary.runtime.StartException when no broker is named, or when a setting is wrong
   */
  public KafkaSettings open(Map<String, String> environment) {
    var flags = new HashMap<>(properties);
    for (var name : properties.keySet()) {
      require(
          name.startsWith(KAFKA) && name.length() > KAFKA.length(),
          "--set is given %s, but it should be a property of Kafka's clients, for example %ssecurity.protocol.",
          name,
          KAFKA);
    }
    var ofClients = clientConfig.map(ClientProperties::read).orElse(Map.of());
    // As any property of the file; here already, for brokers to be named.
    Stream.ofNullable(ofClients.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG))
        .forEach(servers -> flags.putIfAbsent(KafkaSettings.BOOTSTRAP_SERVERS.name(), servers));
    bootstrapServers.ifPresent(
        servers -> {
          require(!servers.isBlank(), "--bootstrap-servers is empty; it should be host:port.");
          flags.put(KafkaSettings.BOOTSTRAP_SERVERS.name(), servers);
        });
    var declared = Stream.concat(Stream.of(BROKERS), OF_SERVICES.stream().map(this::ofNoAccount));
    var settings = Settings.load(declared.toList(), flags, file, environment);
    require(
        !settings.get(BROKERS).isBlank(),
        "No broker is named; --bootstrap-servers should say host:port, for example localhost:9092,"
            + " or the configuration file or the environment should.");
    // Past the settings, which would take a ${...} in a password for the name of another.
    var kafka = KafkaSettings.from(settings);
    for (var property : ofClients.entrySet()) {
      if (!flags.containsKey(KAFKA + property.getKey())) {
        kafka = kafka.with(property.getKey(), property.getValue());
      }
    }
    return kafka;
  }

  /** Whatever a service is told, it is nothing to a command. */
  private Setting<?> ofNoAccount(Setting<?> setting) {
    return new Setting<>(
        setting.name(), setting.description(), "any text", Optional.of(""), Optional::of);
  }
}
