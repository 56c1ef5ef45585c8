package io.topiary.cli.pipeline;

import io.topiary.cli.text.Reason;
import io.topiary.runtime.StartException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Where a run keeps its broker, its artifacts and its log, locked against other runs.
 *
 * @param run the folder itself
 */
public record PipelineFolder(Path run, FileChannel channel, FileLock lock)
    implements AutoCloseable {

  /**
   * Takes the folder for a run that goes on with what it finds there.
   *
   * @throws StartException when it cannot be written, or another run has taken it
   */
  public static PipelineFolder take(Path folder) {
    return take(folder, "");
  }

  /**
   * Takes the folder, and makes one within it for a run of its own. Nothing of an earlier run is
   * touched.
   *
   * @param name of the folder within
   * @throws StartException when it cannot be written, or another run has taken it
   */
  public static PipelineFolder take(Path folder, String name) {
    try {
      Files.createDirectories(folder);
      var channel =
          FileChannel.open(
              folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      var lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw taken(folder);
      }
      var run = Files.createDirectories(folder.resolve(name));
      return new PipelineFolder(run.toAbsolutePath().normalize(), channel, lock);
    } catch (OverlappingFileLockException e) {
      throw taken(folder);
    } catch (IOException e) {
      throw new StartException(
          "The folder %s cannot be made or written (%s); give another one with --dir."
              .formatted(folder, Reason.of(e)),
          e);
    }
  }

  private static StartException taken(Path folder) {
    return new StartException(
        "Another run uses the folder %s; wait for it to end, or give another folder with --dir."
            .formatted(folder));
  }

  public Path kafka() {
    return run.resolve("kafka");
  }

  public Path artifacts() {
    return run.resolve("artifacts");
  }

  public Path state() {
    return run.resolve("state");
  }

  public Path log() {
    return run.resolve("topiary.log");
  }

  public Path metrics() {
    return run.resolve("metrics.txt");
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
