package io.topiary.cli.compare.result;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** {@code runs.json} and {@code runs.csv} in the folder of a comparison. */
public record ResultFiles(Path folder) {

  public Path json() {
    return folder.resolve("runs.json");
  }

  public Path csv() {
    return folder.resolve("runs.csv");
  }

  /**
   * What was written last; absent where nothing was, or nothing that can be understood.
   *
   * @throws IOException when the file is there and cannot be read
   */
  public Optional<Comparison> read() throws IOException {
    try {
      return Files.exists(json())
          ? Optional.of(ComparisonJson.read(Files.readString(json())))
          : Optional.empty();
    } catch (JsonProcessingException e) {
      // Of another version: the topics still have everything.
      return Optional.empty();
    }
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

  /**
   * Writes a file in place of what was there, at once.
   *
   * @throws IOException when it cannot be written
   */
  public static void replace(Path file, String text) throws IOException {
    var part = file.resolveSibling("." + file.getFileName() + ".part");
    Files.writeString(part, text);
    Files.move(part, file, ATOMIC_MOVE, REPLACE_EXISTING);
  }
}
