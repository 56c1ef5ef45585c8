package io.topiary.engine.data;

import io.topiary.sparsity.InvalidInputException;

/** A data set that is not there, whose files are not what they should be, or asked for wrongly. */
public final class DataSetException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  DataSetException(String message) {
    super(message);
  }

  DataSetException(String message, Throwable cause) {
    super(message, cause);
  }
}
