package io.topiary.cli.options;

import io.topiary.runtime.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that somebody named, read. */
public final class InputFile {

  private InputFile() {}

  /** Reads something out of a file. */
  @FunctionalInterface
  public interface Reading<T> {
    T readFrom(Path file) throws IOException;
  }

  /**
   * What the file holds.
   *
   * @param option that names it
   * @throws StartException when there is no such file, or it cannot be read
   * @throws io.topiary.sparsity.InvalidInputException when it holds something else
   */
  public static <T> T read(String option, Path file, Reading<T> reading) {
    if (Files.isDirectory(file)) {
      throw new StartException(
          "%s is %s, which is a folder; it should be a file.".formatted(option, file));
    }
    try {
      return reading.readFrom(file);
    } catch (NoSuchFileException e) {
      throw new StartException("%s is %s, but there is no such file.".formatted(option, file), e);
    } catch (IOException e) {
      throw new StartException(
          "%s is %s, which cannot be read (%s).".formatted(option, file, e), e);
    }
  }
}
