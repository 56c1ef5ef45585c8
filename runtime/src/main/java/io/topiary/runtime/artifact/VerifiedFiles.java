package io.topiary.runtime.artifact;

import io.topiary.schemas.Artifact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.Optional;

/** Checks files against what their artifacts say, and remembers which files it has read through. */
final class VerifiedFiles {

  private static final int REMEMBERED = 1_000;

  /** A file as it was when it was read; any write to it makes it another one. */
  private record Version(Path file, Optional<Object> key, FileTime modified, String sha256) {}

  private final ArrayDeque<Version> versions = new ArrayDeque<>();

  /**
   * @throws CorruptArtifactException when the file has another size or digest than the artifact
   *     says
   */
  void check(Path file, Artifact artifact) throws IOException {
    var attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new CorruptArtifactException("The artifact " + artifact.getUri() + " is no file.");
    }
    if (attributes.size() != artifact.getSize()) {
      throw new CorruptArtifactException(
          "The artifact %s should have %d bytes, but it has %d."
              .formatted(artifact.getUri(), artifact.getSize(), attributes.size()));
    }
    var version =
        new Version(
            file,
            Optional.ofNullable(attributes.fileKey()),
            attributes.lastModifiedTime(),
            artifact.getSha256());
    if (isRemembered(version)) {
      return;
    }
    var sha256 = Sha256.of(file);
    if (!sha256.equals(artifact.getSha256())) {
      throw new CorruptArtifactException(
          "The artifact %s should have the SHA-256 %s, but it has %s."
              .formatted(artifact.getUri(), artifact.getSha256(), sha256));
    }
    remember(version);
  }

  private synchronized boolean isRemembered(Version version) {
    return versions.contains(version);
  }

  private synchronized void remember(Version version) {
    versions.addLast(version);
    if (versions.size() > REMEMBERED) {
      versions.removeFirst();
    }
  }
}
