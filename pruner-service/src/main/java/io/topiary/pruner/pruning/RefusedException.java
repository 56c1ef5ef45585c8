package io.topiary.pruner.pruning;

import io.topiary.sparsity.InvalidInputException;

/** A checkpoint or a policy that can never be acted on; the sentence says what would be right. */
public final class RefusedException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  public RefusedException(String sentence) {
    super(sentence);
  }
}
