package io.topiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CancelCommandTest {

  /** Nobody listens at a port that nobody may be given. */
  private static final String NOWHERE = "localhost:1";

  private static final String ID = "5f0c3a9b1d2e4f60718293a4b5c6d7e8";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"", "--lift"})
  void shouldSayInOneSentenceThatNoBrokerAnswers(String lift) {
    var run =
        CommandLineRun.of(
            ("cancel "
                    + ID
                    + " 0"
                    + ID.substring(1)
                    + " "
                    + lift
                    + " --set topiary.kafka.request.timeout.ms=200"
                    + " --set topiary.kafka.default.api.timeout.ms=300")
                .concat(" --bootstrap-servers " + NOWHERE)
                .split(" +"));

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .containsExactly(
            "No broker answers at localhost:1 by PLAINTEXT; brokers should run there and speak that"
                + " protocol.");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "ID ID --bootstrap-servers localhost:1   | is there twice; it should be named once.",
        "x                                       | 'x' is no id; it should be that of a job or a plan, 32 hexadecimal digits.",
        "ID0                                     | 32 hexadecimal digits.",
        "ID '' --bootstrap-servers localhost:1  | '' is no id; it should be that of a job",
        "ID --bootstrap-servers ''               | --bootstrap-servers is empty; it should be",
        "ID --bootstrap-servers broker           | Kafka's client does not accept the settings",
        "ID                                      | No broker is named; --bootstrap-servers should say host:port,",
        "ID --config absent.yaml                 | absent.yaml does not exist.",
        "ID --set topiary.trainer.slots=2       | --set is given topiary.trainer.slots, but it",
        "ID --set topiary.kafka.=2               | --set is given topiary.kafka., but it",
      })
  void shouldRefuseInOneSentence(String options, String expected) {
    var arguments = ("cancel " + options).replace("ID", ID).replace("''", "_").split(" +");
    for (var i = 0; i < arguments.length; i++) {
      arguments[i] = arguments[i].equals("_") ? "" : arguments[i];
    }

    var run = CommandLineRun.of(arguments);

    assertThat(run.err()).singleElement().asString().contains(expected);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void shouldRefuseANameInAFileThatIsNoSetting() throws Exception {
    // Given
    var file = folder.resolve("topiary.properties");
    Files.writeString(file, "topiary.trainer.slot=2\n");

    // When
    var run = CommandLineRun.of("cancel", ID, "--config", file.toString());

    // Then
    assertThat(run.err())
        .singleElement()
        .asString()
        .contains("topiary.trainer.slot", "the nearest one is topiary.trainer.slots");
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void shouldTakeAFileThatIsWrittenForAService() throws Exception {
    // Given
    var file = folder.resolve("topiary.properties");
    Files.writeString(file, "topiary.evaluator.roles=frontier\ntopiary.artifacts.dir=/a\n");

    // When
    var run = CommandLineRun.of("cancel", ID, "--config", file.toString());

    // Then
    assertThat(run.err()).singleElement().asString().contains("No broker is named");
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void shouldPointToTheHelpWhereNothingIsNamed() {
    var run = CommandLineRun.of("cancel", "--bootstrap-servers", NOWHERE);

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).hasSize(2).last().isEqualTo("See 'topiary cancel --help'.");
    assertThat(run.err().get(0)).contains("ID");
  }

  @Test
  void shouldShowAllThatItTakesInItsHelp() {
    var run = CommandLineRun.of("cancel", "--help");

    assertThat(run.status()).isZero();
    assertThat(String.join("\n", run.out()))
        .contains(
            "ID...",
            "--bootstrap-servers",
            "--config",
            "--client-config",
            "--set",
            "--lift",
            "Examples:")
        .contains("topiary.controls");
  }
}
