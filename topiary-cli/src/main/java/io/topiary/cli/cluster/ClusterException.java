package io.topiary.cli.cluster;

/** The brokers do not do what was asked of them; the sentence says what was tried. */
public final class ClusterException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ClusterException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
