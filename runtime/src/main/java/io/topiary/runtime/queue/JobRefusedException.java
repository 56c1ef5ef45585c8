package io.topiary.runtime.queue;

/** A job that no attempt can complete; the sentence says why. */
public final class JobRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public JobRefusedException(String sentence) {
    super(sentence);
  }
}
