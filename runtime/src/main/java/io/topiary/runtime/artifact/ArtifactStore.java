package io.topiary.runtime.artifact;

import io.topiary.schemas.Artifact;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Files that never change, named by what they hold, the results of jobs, and the points at which
 * jobs can be taken up again. What a method has returned survives a crash; what it has not returned
 * leaves no trace that a reader could see.
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

  /**
   * Stores a point at which the job can be taken up again. Several holders of a job do not disturb
   * each other.
   *
   * @param iteration iterations that are done by then
   */
  StoredSnapshot writeSnapshot(String job, long iteration, Content content);

  /** The job's snapshots, the furthest first; whether they are whole shows when they are read. */
  List<StoredSnapshot> snapshots(String job);

  /**
   * What the snapshot holds, its SHA-256 checked; absent when it has been removed meanwhile.
   *
   * @throws CorruptArtifactException when it is not what its name says
   */
  <T> Optional<T> readSnapshot(StoredSnapshot snapshot, Reading<T> reading);

  /** Removes the snapshot if it is there. */
  void removeSnapshot(StoredSnapshot snapshot);

  /** Removes all snapshots of a job, which has ended. */
  void removeSnapshots(String job);
}
