package io.topiary.sparsity;

/**
 * Input that can never become right, however often it is tried again: a graph that does not hold
 * together, a file that lies, weights that are no numbers. The message is one sentence that names
 * the offender and what would be right. A file that cannot be reached is no such case; that stays
 * an {@link java.io.IOException}.
 */
public abstract class InvalidInputException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final int LONGEST = 1_000;

  protected InvalidInputException(String message) {
    super(abbreviated(message));
  }

  protected InvalidInputException(String message, Throwable cause) {
    super(abbreviated(message), cause);
  }

  /** The message quotes what strangers wrote, and ends up in logs, records and headers. */
  private static String abbreviated(String message) {
    return message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "...";
  }
}
