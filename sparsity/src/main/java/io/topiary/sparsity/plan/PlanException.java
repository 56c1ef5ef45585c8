package io.topiary.sparsity.plan;

import io.topiary.sparsity.InvalidInputException;

/** A plan that cannot be made as asked for. */
public final class PlanException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  PlanException(String sentence) {
    super(sentence);
  }
}
