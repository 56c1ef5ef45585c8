package io.topiary.cli.options;

import io.topiary.cli.text.Reason;
import io.topiary.runtime.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that somebody named, read. */
public final class InputFile {

  /** A safetensors file has 8 bytes of length before its header, which is JSON. */
  private static final int LENGTH_BYTES = 8;

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
    if (file.toString().isEmpty()) {
      throw new StartException("%s is empty; it should name a file.".formatted(option));
    }
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
          "%s is %s, which cannot be read: %s.".formatted(option, file, Reason.of(e)), e);
    }
  }

  /**
   * What a safetensors file holds.
   *
   * @throws StartException also when it is what {@code torch.save} writes, which is easily taken
   *     for the same
   */
  public static <T> T readTensors(String option, Path file, Reading<T> reading) {
    return read(
        option,
        file,
        path -> {
          if (isPickle(path)) {
            throw new StartException(
                "%s is %s, which torch.save wrote; it should be a safetensors file, as"
                        .formatted(option, file)
                    + " safetensors.torch.save_file(model.state_dict(), 'model.safetensors')"
                    + " writes it.");
          }
          return reading.readFrom(path);
        });
  }

  /** A zip, or a bare pickle of protocol 2 to 5, whose first bytes may be those of a length too. */
  private static boolean isPickle(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      var head = in.readNBytes(LENGTH_BYTES + 1);
      if (head.length <= LENGTH_BYTES || head[LENGTH_BYTES] == '{') {
        return false;
      }
      var zip = head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
      return zip || (head[0] == (byte) 0x80 && head[1] >= 2 && head[1] <= 5);
    }
  }
}
