package io.topiary.runtime;

/**
 * A service cannot start, for a reason that a person can put right. The message is one sentence for
 * that person: what is wrong and what would be right. It is printed without a stack trace.
 */
public class StartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public StartException(String sentence) {
    super(sentence);
  }

  public StartException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
