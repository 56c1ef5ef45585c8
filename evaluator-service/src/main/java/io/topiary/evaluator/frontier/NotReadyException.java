package io.topiary.evaluator.frontier;

/**
 * A question that cannot be answered at the moment: partitions move or are restored, or a replica
 * does not answer. The message is a sentence for whoever asks, who may ask again.
 */
final class NotReadyException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NotReadyException(String sentence) {
    super(sentence);
  }

  NotReadyException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
