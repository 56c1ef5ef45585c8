package io.topiary.runtime.config;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration of a process. Flags count before environment variables, those before the file,
 * the file before a setting's fallback. Everything is checked when it is loaded, so a service that
 * starts has no bad setting left.
 *
 * <p>Names below {@code topiary.kafka.} are Kafka's own and pass through; any other {@code
 * topiary.} name in flags or file must be a declared one. Environment variables are not checked, as
 * others may use the same prefix.
 */
public final class Settings {

  private static final Logger log = LoggerFactory.getLogger(Settings.class);

  static final String KAFKA_PREFIX = "topiary.kafka.";

  private static final String FILE_VARIABLE = "TOPIARY_CONFIG";
  private static final int FLAGS_ORDINAL = 300;
  private static final int ENVIRONMENT_ORDINAL = 200;
  private static final int FILE_ORDINAL = 100;

  private final Map<String, Setting<?>> declared;
  private final SmallRyeConfig config;
  private final Map<String, String> kafka;

  private Settings(
      Map<String, Setting<?>> declared, SmallRyeConfig config, Map<String, String> kafka) {
    this.declared = declared;
    this.config = config;
    this.kafka = kafka;
  }

  /**
   * Reads, checks and logs the configuration.
   *
   * @param declared every setting that may be asked for
   * @param flags names and values from the command line
   * @param file a YAML or properties file; when absent, the one that the environment variable
   *     TOPIARY_CONFIG names, if any
   * @param environment the process's environment variables
   * @throws SettingException when a setting is missing, unknown or wrong
   */
  public static Settings load(
      Collection<Setting<?>> declared,
      Map<String, String> flags,
      Optional<Path> file,
      Map<String, String> environment) {
    var byName =
        declared.stream()
            .collect(
                Collectors.toMap(Setting::name, Function.identity(), (a, b) -> a, TreeMap::new));
    var fromFile =
        file.or(() -> Optional.ofNullable(environment.get(FILE_VARIABLE)).map(Path::of))
            .map(SettingsFile::read)
            .orElse(Map.of());
    var known = new KnownNames(byName.keySet());
    known.check(flags.keySet(), "--set");
    known.check(fromFile.keySet(), "the configuration file");

    var config =
        new SmallRyeConfigBuilder()
            .withSources(
                new PropertiesConfigSource(flags, "flag", FLAGS_ORDINAL),
                new EnvConfigSource(environment, ENVIRONMENT_ORDINAL),
                new PropertiesConfigSource(fromFile, "file", FILE_ORDINAL))
            .build();
    var kafkaNames = new TreeSet<String>();
    Stream.of(flags.keySet().stream(), fromFile.keySet().stream(), kafkaNames(environment))
        .flatMap(Function.identity())
        .filter(name -> name.startsWith(KAFKA_PREFIX))
        .forEach(kafkaNames::add);
    var kafka = new TreeMap<String, String>();
    for (var name : kafkaNames) {
      kafka.put(name.substring(KAFKA_PREFIX.length()), config.getConfigValue(name).getValue());
    }

    var settings = new Settings(byName, config, kafka);
    settings.checkAndLog();
    return settings;
  }

  /** The configuration that holds just these values, besides fallbacks. */
  public static Settings of(Collection<Setting<?>> declared, Map<String, String> values) {
    return load(declared, values, Optional.empty(), Map.of());
  }

  /**
   * The setting's value.
   *
   * @throws IllegalArgumentException when the setting was not declared: a mistake in the program
   */
  public <T> T get(Setting<T> setting) {
    if (!declared.containsKey(setting.name())) {
      throw new IllegalArgumentException(setting.name() + " is asked for, but not declared");
    }
    return setting.parse(text(setting));
  }

  /** What is configured below {@code topiary.kafka.}, by Kafka's own names. */
  Map<String, String> kafka() {
    return kafka;
  }

  private String text(Setting<?> setting) {
    return Optional.ofNullable(config.getConfigValue(setting.name()).getValue())
        .or(setting::fallback)
        .orElseThrow(() -> missing(setting));
  }

  private static SettingException missing(Setting<?> setting) {
    return new SettingException(
        "%s is not set, but it should be %s; give it as --set %s=..., in the environment as %s, or in the configuration file."
            .formatted(
                setting.name(), setting.expected(), setting.name(), setting.environmentVariable()));
  }

  private void checkAndLog() {
    declared.values().forEach(setting -> setting.parse(text(setting)));
    declared.values().stream()
        .filter(setting -> !setting.name().startsWith(KAFKA_PREFIX))
        .forEach(setting -> log.info("{} = {}", setting.name(), text(setting)));
    kafka.forEach(
        (name, value) ->
            log.info("{}{} = {}", KAFKA_PREFIX, name, KafkaSettings.shown(name, value)));
  }

  private static Stream<String> kafkaNames(Map<String, String> environment) {
    return environment.keySet().stream()
        .map(variable -> variable.toLowerCase(Locale.ROOT).replace('_', '.'));
  }
}
