package io.topiary.pruner;

/**
 * A record that can never be acted on. Thrown while it is processed, it sends the record to the
 * dead letters and lets the next one come; see {@link PoisonHandler}.
 */
final class PoisonException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  PoisonException(Exception cause) {
    super(cause.getMessage(), cause);
  }
}
