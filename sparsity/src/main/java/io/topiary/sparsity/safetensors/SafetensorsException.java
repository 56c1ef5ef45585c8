package io.topiary.sparsity.safetensors;

import io.topiary.sparsity.InvalidInputException;

/** A file that is not what the safetensors format, or its reader, wants it to be. */
public final class SafetensorsException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  public SafetensorsException(String message) {
    super(message);
  }

  public SafetensorsException(String message, Throwable cause) {
    super(message, cause);
  }
}
