package io.topiary.runtime.artifact;

import io.topiary.schemas.Artifact;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
      verified.check(file, artifact);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (CorruptArtifactException e) {
      Files.deleteIfExists(file);
      return Optional.empty();
    }
    uses.put(file, Instant.now());
    return Optional.of(file);
  }

  /**
   * Keeps the draft as the copy.
   *
   * @throws CorruptArtifactException when it is not what the artifact says
   */
  Path keep(Path draft, Artifact artifact) throws IOException {
    verified.check(draft, artifact);
    var file = file(artifact);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    uses.put(file, Instant.now());
    makeRoom();
    return file;
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

  /** Those that were used longest ago first. */
  private List<Copy> copies() throws IOException {
    var copies = new ArrayList<Copy>();
    try (var files = Files.list(folder)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        try {
          var used = uses.getOrDefault(file, Files.getLastModifiedTime(file).toInstant());
          copies.add(new Copy(file, Files.size(file), used));
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
