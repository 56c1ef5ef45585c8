package io.topiary.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

  private static final Setting<Integer> SLOTS =
      Setting.positive("topiary.trainer.slots", "jobs side by side").orElse("1");
  private static final Setting<Duration> PATIENCE =
      Setting.duration("topiary.test.patience", "time to wait").orElse("30s");
  private static final Setting<List<Path>> FOLDERS =
      Setting.paths("topiary.data.dirs", "folders of data sets").orElse("");
  private static final Setting<Integer> PORT =
      Setting.port("topiary.test.port", "where to listen").orElse("0");
  private static final List<Setting<?>> ALL =
      List.of(
          SLOTS,
          PATIENCE,
          FOLDERS,
          PORT,
          KafkaSettings.BOOTSTRAP_SERVERS,
          KafkaSettings.CREATE_TOPICS);
  private static final Map<String, String> BROKER =
      Map.of("TOPIARY_KAFKA_BOOTSTRAP_SERVERS", "broker:9092");

  @TempDir Path folder;

  @Test
  void shouldPreferFlagsToEnvironmentToFileToFallback() throws Exception {
    // Given
    var file =
        write(
            "topiary.yaml",
            """
            topiary:
              trainer.slots: 2
              test:
                port: 8000
                patience: 5m
              data:
                dirs: [/one, /other]
            """);
    var environment =
        Map.of(
            "TOPIARY_KAFKA_BOOTSTRAP_SERVERS", "broker:9092",
            "TOPIARY_TRAINER_SLOTS", "3",
            "TOPIARY_TEST_PORT", "9000");

    // When
    var settings =
        Settings.load(ALL, Map.of("topiary.trainer.slots", "4"), Optional.of(file), environment);

    // Then
    assertThat(settings.get(SLOTS)).isEqualTo(4);
    assertThat(settings.get(PORT)).isEqualTo(9000);
    assertThat(settings.get(PATIENCE)).isEqualTo(Duration.ofMinutes(5));
    assertThat(settings.get(FOLDERS)).containsExactly(Path.of("/one"), Path.of("/other"));
    assertThat(settings.get(KafkaSettings.BOOTSTRAP_SERVERS)).isEqualTo("broker:9092");
  }

  @Test
  void shouldReadThePropertiesFileThatTheEnvironmentNames() throws Exception {
    // Given
    var file = write("topiary.properties", "topiary.trainer.slots=5\n");

    // When
    var settings =
        Settings.load(
            ALL,
            Map.of("topiary.kafka.bootstrap.servers", "broker:9092"),
            Optional.empty(),
            Map.of("TOPIARY_CONFIG", file.toString()));

    // Then
    assertThat(settings.get(SLOTS)).isEqualTo(5);
  }

  @Test
  void shouldPassKafkasOwnPropertiesOnFromEverySource() throws Exception {
    // Given
    var file =
        write(
            "topiary.yml",
            """
            topiary.kafka:
              security.protocol: SASL_SSL
              linger.ms: 7
            """);
    var environment =
        Map.of(
            "TOPIARY_KAFKA_BOOTSTRAP_SERVERS", "broker:9092",
            "TOPIARY_KAFKA_SASL_JAAS_CONFIG", "module ${required} \\ \"pass, word\"");

    // When
    var settings =
        Settings.load(ALL, Map.of("topiary.kafka.linger.ms", "9"), Optional.of(file), environment);

    // Then
    assertThat(KafkaSettings.from(settings).properties())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "bootstrap.servers", "broker:9092",
                "security.protocol", "SASL_SSL",
                "linger.ms", "9",
                "sasl.jaas.config", "module ${required} \\ \"pass, word\""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          topiary.trainer.slots | two  | a whole number of at least 1
          topiary.trainer.slots | 0    | a whole number of at least 1
          topiary.trainer.slots | 99999999999 | a whole number of at least 1
          topiary.test.patience | 30   | a duration such as 500ms, 30s, 5m or 2h
          topiary.test.patience | -1s  | a duration such as 500ms, 30s, 5m or 2h
          topiary.test.port     | 65536 | a port between 0 and 65535 (0 takes any free one)
          """)
  void shouldSayWhatWouldBeRight(String name, String value, String right) {
    // When, Then
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> Settings.load(ALL, Map.of(name, value), Optional.empty(), BROKER))
        .withMessage(name + " is \"" + value + "\", but it should be " + right + ".");
  }

  @Test
  void shouldSayThatANeededSettingIsMissingAndHowToGiveIt() {
    // When, Then
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> Settings.of(ALL, Map.of()))
        .withMessageStartingWith("topiary.kafka.bootstrap.servers is not set")
        .withMessageContaining("TOPIARY_KAFKA_BOOTSTRAP_SERVERS");
  }

  @Test
  void shouldRefuseAMistypedNameAndNameTheNearest() throws Exception {
    // Given
    var file = write("topiary.properties", "topiary.trainer.slot=5\n");

    // When, Then
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> Settings.load(ALL, Map.of(), Optional.of(file), BROKER))
        .withMessage(
            "topiary.trainer.slot in the configuration file is no setting; the nearest one is topiary.trainer.slots.");
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(
            () -> Settings.load(ALL, Map.of("topiary.dirs", "/x"), Optional.empty(), BROKER))
        .withMessage("topiary.dirs in --set is no setting; the nearest one is topiary.data.dirs.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing.yaml", "topiary.txt", "broken.yaml"})
  void shouldNameTheFileThatCannotBeRead(String name) throws Exception {
    // Given
    write("topiary.txt", "topiary.trainer.slots=5");
    write("broken.yaml", "topiary: [1, 2");
    var file = folder.resolve(name);

    // When, Then
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> Settings.load(ALL, Map.of(), Optional.of(file), BROKER))
        .withMessageContaining(file.toString());
  }

  @Test
  void shouldNotAnswerForASettingThatWasNotDeclared() {
    // Given
    var settings = Settings.of(List.of(SLOTS), Map.of());

    // When, Then
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings.get(PORT))
        .withMessageContaining(PORT.name());
  }

  @ParameterizedTest
  @CsvSource({
    "sasl.jaas.config, [hidden]",
    "ssl.keystore.password, [hidden]",
    "interceptor.token, [hidden]",
    "linger.ms, shown"
  })
  void shouldNotShowWhatMayBeASecret(String name, String expected) {
    // When, Then
    assertThat(KafkaSettings.shown(name, "shown")).isEqualTo(expected);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void shouldTakeYesAndNoInTheirOneSpellingAlone() {
    // Given
    var create = KafkaSettings.CREATE_TOPICS;
    var declared = List.<Setting<?>>of(create);

    // When, Then
    assertThat(Settings.of(declared, Map.of()).get(create)).isTrue();
    assertThat(Settings.of(declared, Map.of(create.name(), "false")).get(create)).isFalse();
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> Settings.of(declared, Map.of(create.name(), "no")))
        .withMessage("topiary.topics.create is \"no\", but it should be true or false.");
  }
}
