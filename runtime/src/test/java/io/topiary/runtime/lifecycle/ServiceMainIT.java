package io.topiary.runtime.lifecycle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("process")
class ServiceMainIT {

  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void kill() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void shouldServeUntilTerminatedAndThenClose() throws Exception {
    // Given
    var process = start("--set", "topiary.test.mood=well", "--set", "topiary.http.port=0");
    var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    var first = out.readLine();

    // When
    // Not Process.destroy, which closes the streams as well.
    process.toHandle().destroy();

    // Then
    assertThat(first).startsWith("serving http://localhost:");
    assertThat(out.lines()).contains("not ready: {start=starting}", "closed");
    assertThat(process.waitFor()).isEqualTo(143);
  }

  @Test
  void shouldEndWithATraceAfterABug() throws Exception {
    // When
    var process = start("--set", "topiary.test.mood=ill", "--set", "topiary.http.port=0");

    // Then
    assertThat(output(process)).contains("closed").contains("feels ill").contains("\tat ");
    assertThat(process.waitFor()).isEqualTo(1);
  }

  @Test
  void shouldSayInOneSentenceWhatIsWrongWithTheConfiguration() throws Exception {
    // When
    var process = start("--set", "topiary.test.mod=well");

    // Then
    assertThat(errors(process))
        .isEqualTo(
            "topiary.test.mod in --set is no setting; the nearest one is topiary.test.mood.");
    assertThat(process.waitFor()).isEqualTo(2);
  }

  @Test
  void shouldSayInOneSentenceThatThePortIsTaken() throws Exception {
    try (var taken = new ServerSocket(0)) {
      // When
      var process =
          start(
              "--set",
              "topiary.test.mood=well",
              "--set",
              "topiary.http.port=" + taken.getLocalPort());

      // Then
      assertThat(errors(process))
          .startsWith("Metrics cannot be served on 0.0.0.0:" + taken.getLocalPort())
          .doesNotContain("\n");
      assertThat(process.waitFor()).isEqualTo(2);
    }
  }

  @Test
  void shouldListItsSettings() throws Exception {
    // When
    var process = start("--help");

    // Then
    assertThat(output(process))
        .contains("Usage: small-service")
        .contains("topiary.test.mood")
        .contains("topiary.http.port");
    assertThat(process.waitFor()).isZero();
  }

  private Process start(String... arguments) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SmallService.class.getName()));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).start();
    processes.add(process);
    return process;
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  private static String errors(Process process) {
    return process.errorReader(UTF_8).lines().collect(Collectors.joining("\n"));
  }
}
