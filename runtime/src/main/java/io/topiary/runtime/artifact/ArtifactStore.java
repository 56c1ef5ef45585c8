package io.topiary.runtime.artifact;

import io.topiary.schemas.Artifact;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Files that never change, named by what they hold, and the results of jobs. What a method has
 * returned survives a crash; what it has not returned leaves no trace that a reader could see.
 *
 * <p>Safe for many threads and many processes on the same store. Every method may throw {@link
 * ArtifactException} when the store itself does not answer: a fault, to be retried.
 */
public interface ArtifactStore {

  /** Writes a file's content to the path it is given, which lies in the store's own space. */
  @FunctionalInterface
  interface Content {
    void writeTo(Path file) throws IOException;
  }

  /** Reads something out of a file. */
  @FunctionalInterface
  interface Reading<T> {
    T readFrom(Path file) throws IOException;
  }

  /** Stores what is written; the same content is the same artifact, and is kept once. */
  Artifact write(Content content);

  /** Stores a copy of the file. */
  Artifact put(Path file);

  /**
   * The artifact as a file to read, its size and SHA-256 checked.
   *
   * @throws CorruptArtifactException when there is no such file, when it is not what the artifact
   *     says, or when it lies outside this store: retrying is of no use
   */
  Path fetch(Artifact artifact);

  /**
   * What the artifact holds, its size and SHA-256 checked.
   *
   * @throws CorruptArtifactException as {@link #fetch} does
   */
  default <T> T read(Artifact artifact, Reading<T> reading) {
    var file = fetch(artifact);
    try {
      return reading.readFrom(file);
    } catch (IOException e) {
      throw new ArtifactException(
          "The artifact %s cannot be read at the moment: %s.".formatted(artifact.getUri(), e), e);
    }
  }

  /** The committed result of that id. */
  Optional<byte[]> result(String id);

  /**
   * Commits the result unless there is one already: the first wins, and no reader ever sees a part.
   *
   * @return the bytes that won
   */
  byte[] commitResult(String id, byte[] manifest);
}
