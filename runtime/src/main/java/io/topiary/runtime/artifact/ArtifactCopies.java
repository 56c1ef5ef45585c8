package io.topiary.runtime.artifact;

import io.topiary.schemas.Artifact;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Local copies of artifacts that lie elsewhere, by their digests. When they take more than they
 * may, the ones that were used longest ago go, but none that was used a moment ago: whoever got its
 * path may not have opened it yet. An open file outlives its name.
 */
final class ArtifactCopies {

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Duration IN_USE = Duration.ofMinutes(10);

  private static final Logger log = LoggerFactory.getLogger(ArtifactCopies.class);

  private record Copy(Path file, long size, Instant used) {}

  private final Path folder;
  private final long mostBytes;
  private final VerifiedFiles verified = new VerifiedFiles();
  private final Map<Path, Instant> uses = new ConcurrentHashMap<>();

  ArtifactCopies(Path folder, long mostBytes) throws IOException {
    this.folder = Files.createDirectories(folder).toRealPath();
    this.mostBytes = mostBytes;
  }

  /** The copy, its size and digest checked; a bad one is dropped. */
  Optional<Path> find(Artifact artifact) throws IOException {
    var file = file(artifact);
    try {
      touch(file);
      if (!isWhole(file, artifact)) {
        return Optional.empty();
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    uses.put(file, Instant.now());
    return Optional.of(file);
  }

  private boolean isWhole(Path file, Artifact artifact) throws IOException {
    try {
      verified.check(file, artifact);
      return true;
    } catch (CorruptArtifactException e) {
      removeBroken(file);
      return false;
    }
  }

  /** An artifact of the wrong size is no fault of the copy's, which others may be about to open. */
  private synchronized void removeBroken(Path file) throws IOException {
    if (!Sha256.of(file).equals(String.valueOf(file.getFileName()))) {
      Files.deleteIfExists(file);
    }
  }

  /**
   * Shows its use to other processes with the same folder, and to those that come after. Not every
   * use, as a file that has changed is read through again.
   */
  private static void touch(Path file) throws IOException {
    var now = Instant.now();
    if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(IN_USE.dividedBy(2)))) {
      Files.setLastModifiedTime(file, FileTime.from(now));
    }
  }

  /**
   * Keeps the draft as the copy.
   *
   * @throws CorruptArtifactException when it is not what the artifact says
   */
  Path keep(Path draft, Artifact artifact) throws IOException {
    verified.check(draft, artifact);
    var file = file(artifact);
    place(draft, file);
    makeRoom();
    return file;
  }

  private synchronized void place(Path draft, Path file) throws IOException {
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    uses.put(file, Instant.now());
  }

  private Path file(Artifact artifact) {
    if (!SHA256.matcher(artifact.getSha256()).matches()) {
      throw new CorruptArtifactException(
          "The artifact %s should have a SHA-256 of 64 hexadecimal digits, but it has '%s'."
              .formatted(artifact.getUri(), artifact.getSha256()));
    }
    return folder.resolve(artifact.getSha256());
  }

  private synchronized void makeRoom() throws IOException {
    var copies = copies();
    var bytes = copies.stream().mapToLong(Copy::size).sum();
    var limit = Instant.now().minus(IN_USE);
    for (var copy : copies) {
      if (bytes <= mostBytes || copy.used().isAfter(limit)) {
        return;
      }
      Files.deleteIfExists(copy.file());
      uses.remove(copy.file());
      bytes -= copy.size();
    }
  }

  /** By this process or, as far as they have shown it, by others. */
  private Instant used(Path file) throws IOException {
    var shown = Files.getLastModifiedTime(file).toInstant();
    var here = uses.getOrDefault(file, shown);
    return here.isAfter(shown) ? here : shown;
  }

  /** Those that were used longest ago first. */
  private List<Copy> copies() throws IOException {
    var copies = new ArrayList<Copy>();
    try (var files = Files.list(folder)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        try {
          copies.add(new Copy(file, Files.size(file), used(file)));
        } catch (NoSuchFileException e) {
          log.debug("{} was removed by another process", file);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    copies.sort(Comparator.comparing(Copy::used));
    return copies;
  }
}
