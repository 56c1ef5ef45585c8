package io.topiary.runtime.artifact;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where files lie while they are written, on the file system that they are to stay on: whole and
 * synced, they take their names in one step.
 */
final class Drafts {

  /** Longer than any write takes; what is older was left by a crash. */
  private static final Duration LEFT_BEHIND = Duration.ofDays(1);

  private static final Logger log = LoggerFactory.getLogger(Drafts.class);

  /** What is done with a draft that is whole and synced. */
  @FunctionalInterface
  interface Placing<T> {
    T place(Path draft) throws IOException;
  }

  private final Path folder;

  Drafts(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  /** Writes a draft and places it; nothing of it stays when either fails. */
  <T> T write(ArtifactStore.Content content, Placing<T> placing) throws IOException {
    var draft = path();
    try {
      content.writeTo(draft);
      sync(draft);
      return placing.place(draft);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /** A name that no other draft has. */
  Path path() {
    return folder.resolve(UUID.randomUUID().toString());
  }

  void deleteLeftBehind() throws IOException {
    var limit = Instant.now().minus(LEFT_BEHIND);
    try (var drafts = Files.list(folder)) {
      for (var draft : drafts.toList()) {
        try {
          if (Files.getLastModifiedTime(draft).toInstant().isBefore(limit)) {
            Files.deleteIfExists(draft);
          }
        } catch (NoSuchFileException e) {
          log.debug("{} was another process's, which is done with it", draft);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void sync(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Makes the names in a directory durable, where the platform lets a directory be opened. */
  static void syncDirectory(Path directory) throws IOException {
    if (File.separatorChar == '/') {
      try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
