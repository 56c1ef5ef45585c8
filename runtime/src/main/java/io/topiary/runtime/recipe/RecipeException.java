package io.topiary.runtime.recipe;

import io.topiary.sparsity.InvalidInputException;

/** A recipe that no training can follow; the sentence says what would be right. */
public final class RecipeException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  RecipeException(String sentence) {
    super(sentence);
  }
}
