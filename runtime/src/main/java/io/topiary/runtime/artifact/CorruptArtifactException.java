package io.topiary.runtime.artifact;

/** The artifact is missing, is not what it says it is, or is none of this store's: poison. */
public final class CorruptArtifactException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public CorruptArtifactException(String sentence) {
    super(sentence);
  }
}
