package io.topiary.runtime.streams;

import io.topiary.schemas.Topic;

/**
 * A record that can never be acted on. Thrown while it is processed, it sends the record to the
 * dead letters and lets the next one come; see {@link PoisonHandler}.
 */
public final class PoisonException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String topic;

  /**
   * @param topic where the record comes from
   */
  public PoisonException(Topic<?> topic, Exception cause) {
    super(cause.getMessage(), cause);
    this.topic = topic.name();
  }

  String topic() {
    return topic;
  }
}
