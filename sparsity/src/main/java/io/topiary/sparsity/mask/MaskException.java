package io.topiary.sparsity.mask;

import io.topiary.sparsity.InvalidInputException;

/** A mask that is malformed, or does not fit the tensors it is meant for. */
public final class MaskException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  MaskException(String message) {
    super(message);
  }

  MaskException(String message, Throwable cause) {
    super(message, cause);
  }
}
