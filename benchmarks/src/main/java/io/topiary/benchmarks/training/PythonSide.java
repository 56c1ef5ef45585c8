package io.topiary.benchmarks.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** PyTorch in Python, in a process of its own, which trains by {@code training_peer.py}. */
final class PythonSide implements Side {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedReader answers;
  private final Writer orders;
  private final JsonNode start;

  /** With the variables that this process has itself, those for threads and memory included. */
  PythonSide(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    answers = process.inputReader(StandardCharsets.UTF_8);
    orders = process.outputWriter(StandardCharsets.UTF_8);
    start = answer();
  }

  @Override
  public String description() {
    return start.path("way").asText();
  }

  /** How many parameters are trained. */
  long parameters() {
    return start.path("parameters").asLong();
  }

  /** Versions of Python and PyTorch. */
  String version() {
    return start.path("version").asText();
  }

  @Override
  public void begin(int iterations) {
    try {
      orders.write(iterations + "\n");
      orders.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Round finish() {
    JsonNode round = answer();
    return new Round(
        round.path("images").asLong(),
        round.path("training").asDouble(),
        round.path("whole").asDouble(),
        round.path("processor").asDouble());
  }

  @Override
  public void close() {
    try {
      orders.close();
      process.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode answer() {
    try {
      String line = answers.readLine();
      if (line == null) {
        throw new IllegalStateException("The Python side ended; what it said is above.");
      }
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
