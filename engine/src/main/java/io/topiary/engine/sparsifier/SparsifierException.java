package io.topiary.engine.sparsifier;

import io.topiary.sparsity.InvalidInputException;

/** A method, or an optimiser, that cannot work as it is asked to. */
public final class SparsifierException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  SparsifierException(String message) {
    super(message);
  }
}
