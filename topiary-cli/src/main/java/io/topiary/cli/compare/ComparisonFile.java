package io.topiary.cli.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.topiary.cli.compare.experiment.Identity;
import io.topiary.cli.compare.result.ComparisonJson;
import io.topiary.cli.compare.result.Kind;
import io.topiary.cli.compare.result.ResultFiles;
import io.topiary.cli.text.Reason;
import io.topiary.runtime.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;

/**
 * What {@code comparison.json} in the folder of a comparison says: what it is, so that the same
 * command finds it again and any other is refused.
 *
 * @param command that began it
 * @param model what its models are called, before the seed
 * @param settings what the results depend on, by option
 */
record ComparisonFile(
    Kind kind, String command, Instant startedAt, String model, Map<String, String> settings) {

  private static final String NAME = "comparison.json";
  private static final String LOCK = ".lock";

  Identity identity() {
    return new Identity(startedAt, model);
  }

  /**
   * The comparison that the folder holds; the one given, where it holds none as yet.
   *
   * @throws StartException when it holds another one or something else, or cannot be read or
   *     written
   */
  static ComparisonFile in(Path folder, ComparisonFile wanted) {
    var file = folder.resolve(NAME);
    try {
      if (Files.exists(file)) {
        var found = ComparisonJson.read(Files.readString(file), ComparisonFile.class);
        found.requireSame(wanted, folder);
        return found;
      }
      requireEmpty(folder);
      ResultFiles.replace(file, ComparisonJson.write((Object) wanted));
      return wanted;
    } catch (JsonProcessingException e) {
      throw new StartException(
          "%s should say what comparison is in its folder, but cannot be understood; give another folder with --dir."
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new StartException(
          "%s should say what comparison is in its folder, but: %s.".formatted(file, Reason.of(e)),
          e);
    }
  }

  private static void requireEmpty(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      if (files.anyMatch(file -> !file.endsWith(LOCK))) {
        throw new StartException(
            "--dir is %s, which holds something else than a comparison; it should be a new or empty folder."
                .formatted(folder));
      }
    }
  }

  private void requireSame(ComparisonFile wanted, Path folder) {
    var why = difference(wanted);
    if (!why.isEmpty()) {
      throw new StartException(
          "--dir is %s, which holds another comparison: %s; give another folder, or go on with: %s"
              .formatted(folder, why, command));
    }
  }

  private String difference(ComparisonFile wanted) {
    if (kind != wanted.kind) {
      return "one of " + (kind == Kind.SCHEDULES ? "schedules" : "methods");
    }
    var names = new LinkedHashSet<>(settings.keySet());
    names.addAll(wanted.settings.keySet());
    for (var name : names) {
      var was = settings.getOrDefault(name, "nothing");
      var is = wanted.settings.getOrDefault(name, "nothing");
      if (!was.equals(is)) {
        return "%s was %s, and is %s now".formatted(name, was, is);
      }
    }
    return "";
  }
}
