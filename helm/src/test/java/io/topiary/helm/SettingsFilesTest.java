package io.topiary.helm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.topiary.evaluator.EvaluatorMain;
import io.topiary.pruner.PrunerMain;
import io.topiary.trainer.TrainerMain;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the chart tells the services: only what they ask for, and no secret. */
class SettingsFilesTest {

  private static final String KAFKA = "topiary.kafka.";

  private static final Map<String, Class<?>> MAINS =
      Map.of(
          "trainer", TrainerMain.class,
          "pruner", PrunerMain.class,
          "evaluator", EvaluatorMain.class,
          "frontier", EvaluatorMain.class);

  private static final Pattern SETTING = Pattern.compile("^  (topiary\\.\\S+)$", Pattern.MULTILINE);

  private static final Map<Class<?>, Set<String>> ASKED_FOR = new ConcurrentHashMap<>();

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void shouldTellServicesOnlyWhatTheyAskFor(ValueSet set) {
    MAINS.forEach(
        (service, main) ->
            assertThat(parse(file(set, service)).keySet())
                .as(service)
                .filteredOn(name -> !name.startsWith(KAFKA))
                .isSubsetOf(askedForBy(main)));
  }

  @ParameterizedTest
  @EnumSource
  void shouldTellTheCommandLineOfKafkaAlone(ValueSet set) {
    assertThat(parse(file(set, "cli")).keySet())
        .contains("topiary.kafka.bootstrap.servers")
        .allMatch(name -> name.startsWith(KAFKA) || name.equals("topiary.topics.create"));
  }

  /** Kafka's clients read secrets themselves, by its own config provider. */
  @Test
  void shouldLetKafkasClientsReadTheirSecretsFromMountedFiles() throws IOException {
    // Given
    var login =
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"u\" password=\"p${x}\\\\\";";
    mounted("kafka-sasl/sasl.jaas.config", login);
    mounted("kafka-ca/ca.crt", "an authority");

    // When
    var client = client(ValueSet.TLS_AND_SASL);

    // Then
    assertThat(client.getString("security.protocol")).isEqualTo("SASL_SSL");
    assertThat(client.getPassword(SaslConfigs.SASL_JAAS_CONFIG)).isEqualTo(new Password(login));
    assertThat(client.getString(SaslConfigs.SASL_MECHANISM)).isEqualTo("SCRAM-SHA-512");
    assertThat(client.getString(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG)).isEqualTo("PEM");
    assertThat(client.getString(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG))
        .isEqualTo(folder.resolve("kafka-ca/ca.crt").toString());
  }

  @Test
  void shouldTellNumbersAsTheyAreWritten() {
    // Given
    var values =
        "kafka: {properties: {fetch.max.bytes: 52428800, sasl.login.refresh.window.factor: 0.8}}";

    // When
    var settings = parse(file(Chart.objects(values, "ConfigMap"), "trainer"));

    // Then
    assertThat(settings)
        .containsEntry("topiary.kafka.fetch.max.bytes", "52428800")
        .containsEntry("topiary.kafka.sasl.login.refresh.window.factor", "0.8");
  }

  @Test
  void shouldLetKafkasClientsShowTheirCertificate() throws IOException {
    // Given
    mounted("kafka-client/user.crt", "a certificate");
    mounted("kafka-client/user.key", "a key");

    // When
    var client = client(ValueSet.MUTUAL_TLS);

    // Then
    assertThat(client.getString("security.protocol")).isEqualTo("SSL");
    assertThat(client.getPassword(SslConfigs.SSL_KEYSTORE_KEY_CONFIG))
        .isEqualTo(new Password("a key"));
    assertThat(client.getPassword(SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG))
        .isEqualTo(new Password("a certificate"));
    assertThat(client.getString(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG)).isEqualTo("PEM");
    assertThat(client.originals()).containsEntry("client.rack", "rack-1");
    assertThat(client.getList("bootstrap.servers")).containsExactly("kafka-0:9093", "kafka-1:9093");
  }

  /** As a client is configured in a pod, but for where the secrets are mounted. */
  private AdminClientConfig client(ValueSet set) {
    var properties = new HashMap<String, Object>();
    parse(file(set, "trainer"))
        .forEach(
            (name, value) -> {
              if (name.startsWith(KAFKA)) {
                properties.put(
                    name.substring(KAFKA.length()),
                    value.replace("/etc/topiary", folder.toString()));
              }
            });
    return new AdminClientConfig(properties);
  }

  private void mounted(String path, String text) throws IOException {
    var file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    // As Kubernetes mounts a Secret: a link to a file of a folder with a date as its name.
    var target = Files.createDirectories(folder.resolve("..2026_01_01").resolve(path).getParent());
    Files.writeString(target.resolve(file.getFileName()), text);
    Files.createSymbolicLink(file, target.resolve(file.getFileName()));
  }

  static String file(ValueSet set, String service) {
    return file(set.objects("ConfigMap"), service);
  }

  private static String file(List<JsonNode> maps, String service) {
    return maps.stream()
        .map(map -> map.at("/data").path(service + ".properties").asText())
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElseThrow();
  }

  static Map<String, String> parse(String text) {
    var properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.stringPropertyNames().stream()
        .collect(
            Collectors.toMap(name -> name, properties::getProperty, (a, b) -> a, TreeMap::new));
  }

  /** The settings that a service lists with --help. */
  private static Set<String> askedForBy(Class<?> main) {
    return ASKED_FOR.computeIfAbsent(
        main,
        service -> {
          try {
            var process =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        service.getName(),
                        "--help")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var help = new String(process.getInputStream().readAllBytes(), UTF_8);
            return SETTING
                .matcher(help)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
