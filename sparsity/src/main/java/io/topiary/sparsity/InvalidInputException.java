package io.topiary.sparsity;

/**
 * Input that can never become right, however often it is tried again: a graph that does not hold
 * together, a file that lies, weights that are no numbers. The message is one sentence that names
 * the offender and what would be right. A file that cannot be reached is no such case; that stays
 * an {@link java.io.IOException}.
 */
public abstract class InvalidInputException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  protected InvalidInputException(String message) {
    super(message);
  }

  protected InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
