package io.topiary.sparsity.network;

import io.topiary.sparsity.InvalidInputException;

/** A network that is unknown or does not hold together; the message names the node. */
public final class NetworkException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  NetworkException(String message) {
    super(message);
  }

  NetworkException(String message, Throwable cause) {
    super(message, cause);
  }
}
