package io.topiary.runtime.network;

import io.topiary.sparsity.InvalidInputException;

/** A graph file that is not for the images and classes that its record names. */
public final class NetworkMismatchException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  NetworkMismatchException(String sentence) {
    super(sentence);
  }
}
