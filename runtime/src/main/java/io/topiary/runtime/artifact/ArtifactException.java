package io.topiary.runtime.artifact;

/** The store does not answer as it should: a fault, which may pass. */
public final class ArtifactException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ArtifactException(String sentence) {
    super(sentence);
  }

  public ArtifactException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
