package io.topiary.cli.console;

import io.topiary.runtime.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that a command makes. Nothing that exists is written over, and nothing half written is
 * left.
 *
 * @param option that names it, for what there is to complain about
 */
public record NewFile(String option, Path path) {

  /** Writes content to the path it is given. */
  @FunctionalInterface
  public interface Content {
    void writeTo(Path file) throws IOException;
  }

  /**
   * A file that is yet to be made.
   *
   * @throws StartException when there is such a file already, or no folder for it
   */
  public static NewFile of(String option, Path path) {
    if (Files.exists(path)) {
      throw new StartException(
          "%s is %s, which exists; give another name, or move it away.".formatted(option, path));
    }
    if (!Files.isDirectory(folder(path))) {
      throw new StartException(
          "%s is %s, but there is no folder %s.".formatted(option, path, folder(path)));
    }
    return new NewFile(option, path);
  }

  /**
   * Makes the file.
   *
   * @throws StartException when it cannot be written
   */
  public void write(Content content) {
    var part = folder(path).resolve("." + path.getFileName() + ".part");
    try {
      content.writeTo(part);
      // Does not replace what may have come there meanwhile.
      Files.move(part, path);
    } catch (IOException e) {
      delete(part, e);
      throw new StartException(
          "%s is %s, which cannot be written (%s).".formatted(option, path, e), e);
    }
  }

  private static void delete(Path part, IOException because) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private static Path folder(Path file) {
    var parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }
}
