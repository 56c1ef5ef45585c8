package io.topiary.cli.compare.result;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code runs.json} and {@code runs.csv} in the folder of a comparison. */
public record ResultFiles(Path folder) {

  public Path json() {
    return folder.resolve("runs.json");
  }

  public Path csv() {
    return folder.resolve("runs.csv");
  }

  /**
   * Writes both, in place of what was there. Whoever reads meanwhile sees the old file or the new
   * one, and so does whoever looks after a crash.
   *
   * @throws IOException when the folder cannot be written
   */
  public void write(Comparison comparison) throws IOException {
    replace(json(), ComparisonJson.write(comparison));
    replace(csv(), ComparisonCsv.write(comparison));
  }

  private static void replace(Path file, String text) throws IOException {
    var part = file.resolveSibling("." + file.getFileName() + ".part");
    Files.writeString(part, text);
    Files.move(part, file, ATOMIC_MOVE, REPLACE_EXISTING);
  }
}
