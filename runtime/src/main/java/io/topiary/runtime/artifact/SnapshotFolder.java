package io.topiary.runtime.artifact;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The snapshots of a {@link FileArtifactStore}: {@code snapshots/<job>/<iteration>-<sha256>}. Two
 * writers of the same job write files of different names, or the same file; a folder that is
 * removed while another writes into it is there again for the next.
 */
final class SnapshotFolder {

  private static final Pattern NAME = Pattern.compile("(\\d{1,18})-([0-9a-f]{64})");

  private static final Comparator<StoredSnapshot> FURTHEST_FIRST =
      Comparator.comparingLong(StoredSnapshot::iteration)
          .reversed()
          .thenComparing(StoredSnapshot::sha256);

  private final Path root;
  private final Drafts drafts;

  SnapshotFolder(Path root, Drafts drafts) throws IOException {
    this.root = Files.createDirectories(root);
    this.drafts = drafts;
  }

  StoredSnapshot write(String job, long iteration, ArtifactStore.Content content)
      throws IOException {
    if (iteration < 0) {
      throw new IllegalArgumentException("a snapshot after " + iteration + " iterations");
    }
    return drafts.write(
        content,
        draft -> {
          var snapshot = new StoredSnapshot(job, iteration, Sha256.of(draft));
          create(folder(job));
          Files.move(draft, file(snapshot), StandardCopyOption.ATOMIC_MOVE);
          Drafts.syncDirectory(folder(job));
          return snapshot;
        });
  }

  /** Not with its parents: a store that is away should not be mistaken for an empty one. */
  private void create(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
      Drafts.syncDirectory(root);
    } catch (FileAlreadyExistsException e) {
      // It has snapshots already.
    }
  }

  List<StoredSnapshot> list(String job) throws IOException {
    try (var files = Files.list(folder(job))) {
      return files
          .map(file -> NAME.matcher(String.valueOf(file.getFileName())))
          .filter(name -> name.matches())
          .map(name -> new StoredSnapshot(job, Long.parseLong(name.group(1)), name.group(2)))
          .sorted(FURTHEST_FIRST)
          .toList();
    } catch (NoSuchFileException e) {
      requireThere(e);
      return List.of();
    } catch (NotDirectoryException e) {
      return List.of();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** What is read out of the snapshot, its digest checked; absent when it has been removed. */
  <T> Optional<T> read(StoredSnapshot snapshot, ArtifactStore.Reading<T> reading)
      throws IOException {
    var file = file(snapshot);
    try {
      requireReadable(snapshot, file);
      var sha256 = Sha256.of(file);
      if (!sha256.equals(snapshot.sha256())) {
        throw new CorruptArtifactException(
            "The snapshot %s should have the SHA-256 in its name, but it has %s."
                .formatted(snapshot, sha256));
      }
      return Optional.of(reading.readFrom(file));
    } catch (NoSuchFileException e) {
      requireThere(e);
      return Optional.empty();
    }
  }

  /** What is no regular file, or not for this process to read, will not be so later. */
  private static void requireReadable(StoredSnapshot snapshot, Path file) throws IOException {
    var attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile() || !Files.isReadable(file)) {
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new NoSuchFileException(file.toString());
      }
      throw new CorruptArtifactException(
          "The snapshot %s should be a regular file that can be read.".formatted(snapshot));
    }
  }

  void remove(StoredSnapshot snapshot) throws IOException {
    try {
      Files.deleteIfExists(file(snapshot));
    } catch (DirectoryNotEmptyException e) {
      // No snapshot, whoever put it there.
    }
  }

  /** Removes all that the job has; what another writes at this moment may stay. */
  void removeAll(String job) throws IOException {
    for (var snapshot : list(job)) {
      remove(snapshot);
    }
    try {
      Files.deleteIfExists(folder(job));
    } catch (DirectoryNotEmptyException e) {
      // Another holder of the job goes on, and removes what it writes when it is done.
    }
  }

  /** Jobs that may have snapshots. */
  List<String> jobs() throws IOException {
    try (var folders = Files.list(root)) {
      return folders.map(folder -> String.valueOf(folder.getFileName())).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void requireThere(NoSuchFileException e) throws NoSuchFileException {
    if (!Files.isDirectory(root)) {
      throw e;
    }
  }

  private Path folder(String job) {
    return root.resolve(FileArtifactStore.requireId(job));
  }

  private Path file(StoredSnapshot snapshot) {
    return folder(snapshot.job()).resolve(snapshot.iteration() + "-" + snapshot.sha256());
  }
}
