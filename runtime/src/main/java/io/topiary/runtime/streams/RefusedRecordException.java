package io.topiary.runtime.streams;

import io.topiary.sparsity.InvalidInputException;

/** A record that can never be acted on; the sentence says what would be right. */
public final class RefusedRecordException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  public RefusedRecordException(String sentence) {
    super(sentence);
  }
}
