package io.topiary.cli.console;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.topiary.cli.text.Reason;
import io.topiary.runtime.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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

  /** A file that is yet to be made, and what goes into it. */
  public record Draft(NewFile file, Content content) {}

  /**
   * A file that is yet to be made, in a folder that is seen to take one.
   *
   * @throws StartException when there is such a file already, no folder for it, or no right to
   *     write there
   */
  public static NewFile of(String option, Path path) {
    if (path.toString().isEmpty()) {
      throw new StartException("%s is empty; it should name a file.".formatted(option));
    }
    if (Files.exists(path, NOFOLLOW_LINKS)) {
      throw new StartException(
          "%s is %s, which exists; give another name, or move it away.".formatted(option, path));
    }
    var file = new NewFile(option, path);
    if (!Files.isDirectory(file.folder())) {
      throw new StartException(
          "%s is %s, which cannot be written: there is no such folder.".formatted(option, path));
    }
    try {
      // What cannot be written is said before the work, not after it.
      Files.newByteChannel(file.part(), CREATE, WRITE).close();
      Files.delete(file.part());
    } catch (IOException e) {
      throw file.cannotBeWritten(e);
    }
    return file;
  }

  public Draft draft(Content content) {
    return new Draft(this, content);
  }

  /**
   * Makes the file.
   *
   * @throws StartException when it cannot be written
   */
  public void write(Content content) {
    writeAll(List.of(draft(content)));
  }

  /**
   * Makes all the files or none of them: they appear when all are written.
   *
   * @throws StartException when one cannot be written
   */
  public static void writeAll(List<Draft> drafts) {
    var made = new ArrayList<Path>();
    try {
      for (var draft : drafts) {
        draft.file.writePart(draft.content);
      }
      for (var draft : drafts) {
        draft.file.publish();
        made.add(draft.file.path);
      }
    } catch (RuntimeException e) {
      made.forEach(file -> delete(file, e));
      drafts.forEach(draft -> delete(draft.file.part(), e));
      throw e;
    }
  }

  private void writePart(Content content) {
    try {
      content.writeTo(part());
    } catch (IOException e) {
      throw cannotBeWritten(e);
    }
  }

  private void publish() {
    try {
      // Does not replace what may have come there meanwhile.
      Files.move(part(), path);
    } catch (IOException e) {
      throw cannotBeWritten(e);
    }
  }

  private StartException cannotBeWritten(IOException e) {
    return new StartException(
        "%s is %s, which cannot be written: %s.".formatted(option, path, Reason.of(e)), e);
  }

  private static void delete(Path file, Exception because) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private Path part() {
    return folder().resolve("." + path.getFileName() + ".part");
  }

  private Path folder() {
    var parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath() : parent;
  }
}
