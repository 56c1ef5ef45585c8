package io.topiary.runtime.config;

import io.topiary.runtime.StartException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;

/**
 * How to reach Kafka: {@code topiary.kafka.bootstrap.servers}, and any other client property below
 * {@code topiary.kafka.}, passed to every client as it is.
 *
 * @param properties client properties by Kafka's names, bootstrap servers among them
 * @param createTopics whether services create topics that are missing; else they wait for others
 */
public record KafkaSettings(Map<String, String> properties, boolean createTopics) {

  public static final Setting<String> BOOTSTRAP_SERVERS =
      Setting.string(
          Settings.KAFKA_PREFIX + CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
          "brokers to connect to first, host:port separated by commas");

  public static final Setting<Boolean> CREATE_TOPICS =
      Setting.bool(
              "topiary.topics.create",
              "whether a service creates topics that are missing when it starts; else it waits a"
                  + " minute for others to do so")
          .orElse("true");

  public static final List<Setting<?>> SETTINGS = List.of(BOOTSTRAP_SERVERS, CREATE_TOPICS);

  public KafkaSettings {
    properties = Map.copyOf(properties);
  }

  /** Of services that create topics. */
  public KafkaSettings(Map<String, String> properties) {
    this(properties, true);
  }

  public static KafkaSettings from(Settings settings) {
    var properties = new HashMap<>(settings.kafka());
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.get(BOOTSTRAP_SERVERS));
    return new KafkaSettings(properties, settings.get(CREATE_TOPICS));
  }

  public String bootstrapServers() {
    return properties.getOrDefault(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "");
  }

  /** The same with one property set, whatever was configured. */
  public KafkaSettings with(String property, String value) {
    var all = new HashMap<>(properties);
    all.put(property, value);
    return new KafkaSettings(all, createTopics);
  }

  /**
   * Makes a client; what is configured counts before the given defaults.
   *
   * @param clientId the client's name in metrics and in the broker's logs: stable, never unique
   * @throws StartException when Kafka's client refuses its configuration
   */
  public <C> C client(
      String clientId, Map<String, Object> defaults, Function<Map<String, Object>, C> constructor) {
    var all = new HashMap<>(defaults);
    all.putAll(properties);
    all.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
    try {
      return constructor.apply(all);
    } catch (KafkaException e) {
      throw new StartException(
          "Kafka's client does not accept the settings below topiary.kafka: " + rootMessage(e), e);
    }
  }

  /** Without the properties, as there may be secrets among them. */
  @Override
  public String toString() {
    return "Kafka at " + bootstrapServers();
  }

  /** The value as it may be logged. A name that no client of Kafka knows could hold a secret. */
  static String shown(String name, String value) {
    var types =
        Stream.of(
                AdminClientConfig.configDef(),
                ProducerConfig.configDef(),
                ConsumerConfig.configDef())
            .flatMap(definition -> Stream.ofNullable(definition.configKeys().get(name)))
            .map(ConfigDef.ConfigKey::type)
            .toList();
    var harmless = !types.isEmpty() && !types.contains(ConfigDef.Type.PASSWORD);
    return harmless ? value : "[hidden]";
  }

  private static String rootMessage(Throwable e) {
    var root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
