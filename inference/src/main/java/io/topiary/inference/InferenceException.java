package io.topiary.inference;

import io.topiary.sparsity.InvalidInputException;

/** A network, weights or images that cannot be computed with; the message says which and why. */
public final class InferenceException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  InferenceException(String message) {
    super(message);
  }
}
