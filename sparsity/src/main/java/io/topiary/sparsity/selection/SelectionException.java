package io.topiary.sparsity.selection;

import io.topiary.sparsity.InvalidInputException;

/** A selection that cannot be made as asked for. */
public final class SelectionException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  SelectionException(String message) {
    super(message);
  }
}
