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

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"", "--lift"})
  void shouldSayInOneSentenceThatNoBrokerAnswers(String lift) {
    var run =
        CommandLineRun.of(
            ("cancel one two " + lift + " --set topiary.kafka.max.block.ms=300")
                .concat(" --bootstrap-servers " + NOWHERE)
                .split(" +"));

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .containsExactly(
            "No broker at localhost:1 has taken the order about one in time; brokers should run"
                + " there that have the topic topiary.controls, which the services create.");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "one one --bootstrap-servers localhost:1 | one is there twice; it should be named once.",
        "one '' --bootstrap-servers localhost:1  | '' is no id; it should be that of a job",
        "one --bootstrap-servers ''              | --bootstrap-servers is empty; it should be",
        "one --bootstrap-servers broker          | Kafka's client does not accept the settings",
        "one                                     | topiary.kafka.bootstrap.servers is not set",
        "one --config absent.yaml                | absent.yaml does not exist.",
        "one --set topiary.trainer.slots=2       | --set is given topiary.trainer.slots, but it",
        "one --set topiary.kafka.=2              | --set is given topiary.kafka., but it",
      })
  void shouldRefuseInOneSentence(String options, String expected) {
    var arguments = ("cancel " + options).replace("''", "_").split(" +");
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
    var run = CommandLineRun.of("cancel", "one", "--config", file.toString());

    // Then
    assertThat(run.err())
        .singleElement()
        .asString()
        .contains("topiary.trainer.slot", "the nearest one is topiary.trainer.slots");
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
        .contains("ID...", "--bootstrap-servers", "--config", "--set", "--lift", "Examples:")
        .contains("topiary.controls");
  }
}
