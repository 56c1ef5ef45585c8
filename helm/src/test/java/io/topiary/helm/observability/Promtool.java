package io.topiary.helm.observability;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Prometheus' own tool for rules, which comes with Debian's package {@code prometheus}. */
record Promtool(Path path) {

  /** Where it is true, a tool that is missing fails the test instead of leaving it out. */
  private static final String REQUIRED = "TOPIARY_DEPLOYMENT_REQUIRED";

  private static final String MISSING =
      "There is no promtool, so the rules are not tested; install Debian's package \"prometheus\".";

  /** What a run came to. */
  record Answer(int status, String output) {}

  /** Leaves the test out where there is none, unless it must be there. */
  static Promtool find() {
    var found = onPath();
    if (found.isEmpty()) {
      System.err.println(MISSING);
      if ("true".equals(System.getenv(REQUIRED))) {
        Assertions.fail(MISSING);
      }
      Assumptions.abort(MISSING);
    }
    return new Promtool(found.orElseThrow());
  }

  /** Runs it in the folder, on paths that are relative to it. */
  Answer run(Path folder, String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(path.toString()));
    command.addAll(List.of(arguments));
    var process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    try (var output = process.inputReader()) {
      var text = String.join("\n", output.lines().toList());
      return new Answer(process.waitFor(), text);
    }
  }

  private static Optional<Path> onPath() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, "promtool"))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
