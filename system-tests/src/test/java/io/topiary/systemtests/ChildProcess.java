package io.topiary.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A JVM that a test has started and ends: its output goes to a file, its page is on a free port.
 */
final class ChildProcess implements AutoCloseable {

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private final Process process;
  private final Path output;
  private final int httpPort;
  private final HttpClient http = HttpClient.newHttpClient();

  private ChildProcess(Process process, Path output, int httpPort) {
    this.process = process;
    this.output = output;
    this.httpPort = httpPort;
  }

  /** Runs {@code java} with these arguments and these variables besides the test's own. */
  static ChildProcess java(
      String name, Path folder, Map<String, String> environment, List<String> arguments)
      throws IOException {
    var command = new ArrayList<>(List.of(JAVA, "-Dai.djl.offline=true"));
    command.addAll(arguments);
    var output = folder.resolve(name + ".out");
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    var httpPort = freePort();
    builder.environment().putAll(environment);
    builder.environment().put("TOPIARY_HTTP_PORT", String.valueOf(httpPort));
    return new ChildProcess(builder.start(), output, httpPort);
  }

  /** Where its page is. */
  int httpPort() {
    return httpPort;
  }

  boolean alive() {
    return process.isAlive();
  }

  /** What it has printed so far. */
  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The status that a page of it answers with; 0 while nobody answers. */
  int status(String page) throws InterruptedException {
    try {
      return http.send(request(page), BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  String page(String page) throws IOException, InterruptedException {
    return http.send(request(page), BodyHandlers.ofString()).body();
  }

  /** Sends SIGTERM and waits. */
  int terminate(Duration within) throws InterruptedException {
    process.destroy();
    return exitStatus(within);
  }

  /** Waits for it to end by itself. */
  int exitStatus(Duration within) throws InterruptedException {
    if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("still running after " + within + ":\n" + output());
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private HttpRequest request(String page) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + httpPort + page))
        .timeout(Duration.ofSeconds(5))
        .build();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
