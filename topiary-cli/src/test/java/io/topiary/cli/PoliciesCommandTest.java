package io.topiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All that is told without brokers. */
class PoliciesCommandTest {

  /** Nobody listens at a port that nobody may be given. */
  private static final String NOWHERE = "localhost:1";

  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    write("good.yaml", "name: good\nmodels: x\n");
    write("bad.yaml", "name: bad\nmodels: x\nphases: x\n");
    write("same.yaml", "models: y\nname: good\n");
    write("empty.yaml", "# nothing\n");
    Files.write(folder.resolve("latin.yaml"), new byte[] {'n', ':', ' ', (byte) 0xe9});
    Files.createDirectories(folder.resolve("nothing"));
    Files.write(folder.resolve("huge.yaml"), new byte[(1 << 20) + 1]);
    write("client.properties", "topiary.http.port=1\n");
    write("torn.properties", "a=\\uXYZ\n");
    write("tls.properties", "security.protocol=SSL\nssl.truststore.location=/nowhere/at/all\n");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "apply -f F/bad.yaml                | F/bad.yaml:3: phases is 'x', but it should be a whole number,",
        "apply -f F/good.yaml -f F/bad.yaml | F/bad.yaml:3: phases is",
        "apply -f F/good.yaml -f F/same.yaml| F/same.yaml:2: The name 'good' is that of the policy at F/good.yaml:1 too; each should have its own.",
        "apply -f F/empty.yaml              | F/empty.yaml: There is no policy in it;",
        "apply -f F/latin.yaml              | F/latin.yaml: This should be text in UTF-8.",
        "apply -f F/huge.yaml               | F/huge.yaml: This is more than 1 MiB, but it should be policies,",
        "apply -f F/nothing                 | F/nothing: There is no policy in this folder; it should hold files *.yaml.",
        "apply -f F/absent.yaml             | F/absent.yaml: This should be a file or a folder that can be read, but: there is no such file or folder.",
        "apply -f - -f -                    | -f - is there twice;",
        "apply -f F/good.yaml --wait 0      | --wait is 0, but it should be between 1 and 86400 seconds.",
        "apply -f F/good.yaml               | No broker is named; --bootstrap-servers should say host:port,",
        "list -o xml B                      | --output is 'xml', but it should be table, json or yaml.",
        "show good -o xml B                 | --output is 'xml', but it should be table, json or yaml.",
        "delete a a B                       | [a, a] are not all different; each policy should be named once.",
        "list B --client-config F/absent    | F/absent, which --client-config names, should be a properties file, but: there is no such",
        "list B --client-config F/torn.properties | should be a properties file, but: Malformed",
        "list B --client-config F/client.properties | holds topiary.http.port; it should hold Kafka's own names,",
        "list B --client-config F/tls.properties | Kafka's client does not accept the settings",
        "list --set topiary.http.port=1 B   | --set is given topiary.http.port, but it should be",
      })
  void shouldRefuseInOneSentence(String command, String expected) {
    var run = run(command.replace("B", "--bootstrap-servers " + NOWHERE));

    assertThat(run.err()).singleElement().asString().contains(expected.replace("F/", folder + "/"));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"apply -f F/good.yaml", "list", "show good", "delete good"})
  void shouldSayWhatWasTriedWhereNobodyAnswers(String command) {
    var run =
        run(
            command
                + " --bootstrap-servers localhost:1 --set topiary.kafka.request.timeout.ms=200"
                + " --set topiary.kafka.default.api.timeout.ms=300");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .containsExactly(
            "No broker answers at localhost:1 by PLAINTEXT; brokers should run there and speak that"
                + " protocol.");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void shouldTakeBrokersAndTimesFromAFileOfKafkasOwn() throws IOException {
    // Given a password that looks like the name of a setting
    write(
        "kafka.properties",
        """
        bootstrap.servers=localhost:1
        request.timeout.ms=200
        default.api.timeout.ms=300
        security.protocol=SASL_PLAINTEXT
        sasl.mechanism=PLAIN
        sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
          username="me" password="${not.a.setting}";
        """);

    // When
    var run = run("list --client-config F/kafka.properties");

    // Then
    assertThat(run.err()).singleElement().asString().contains("localhost:1 by SASL_PLAINTEXT");
    assertThat(run.status()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "policies              | The command is missing; there are apply, list, show and delete.",
        "policies aply         | There is no command 'aply'; there are apply, list, show and delete.",
        "policies apply        | Missing required option: '--file=FILE",
        "policies show         | Missing required parameter: 'NAME'",
        "policies delete       | Missing required parameter: 'NAME'",
      })
  void shouldPointToTheHelp(String command, String expected) {
    var run = CommandLineRun.of(command.split(" "));

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).hasSize(2).first().asString().startsWith(expected);
    assertThat(run.err().get(1)).startsWith("See 'topiary policies").endsWith("--help'.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"apply", "list", "show", "delete"})
  void shouldShowAllThatItTakesInItsHelp(String command) {
    var run = CommandLineRun.of("policies", command, "--help");

    assertThat(run.status()).isZero();
    assertThat(String.join("\n", run.out()))
        .contains("--bootstrap-servers", "--config", "--client-config", "--set", "Example");
  }

  private CommandLineRun run(String command) {
    return CommandLineRun.of(
        List.of(("policies " + command).replace("F/", folder + "/").split(" +"))
            .toArray(String[]::new));
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
