package io.topiary.cli.demo;

import io.topiary.cli.text.Reason;
import io.topiary.runtime.StartException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Where a run keeps its broker, its artifacts and its log: a folder of its own within one that no
 * other run may use meanwhile. Nothing of an earlier run is touched.
 */
record DemoFolder(Path run, FileChannel channel, FileLock lock) implements AutoCloseable {

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  /**
   * Takes the folder, and makes one for this run within it.
   *
   * @throws StartException when it cannot be written, or another run has taken it
   */
  static DemoFolder take(Path folder, Instant now) {
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
      var run = Files.createDirectories(folder.resolve("demo-" + STAMP.format(now)));
      return new DemoFolder(run.toAbsolutePath().normalize(), channel, lock);
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

  Path kafka() {
    return run.resolve("kafka");
  }

  Path artifacts() {
    return run.resolve("artifacts");
  }

  Path state() {
    return run.resolve("state");
  }

  Path log() {
    return run.resolve("topiary.log");
  }

  Path metrics() {
    return run.resolve("metrics.txt");
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
