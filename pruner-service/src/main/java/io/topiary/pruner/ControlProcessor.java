package io.topiary.pruner;

import io.topiary.pruner.pruning.RefusedException;
import io.topiary.schemas.Command;
import io.topiary.schemas.Control;
import io.topiary.schemas.Topics;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Passes on the controls that can be obeyed, and their removal, byte for byte. One that is refused
 * leaves in force what was accepted for its id before.
 */
final class ControlProcessor extends ContextualProcessor<String, byte[], String, byte[]> {

  private final PrunerMeters meters;

  ControlProcessor(PrunerMeters meters) {
    this.meters = meters;
  }

  @Override
  public void process(Record<String, byte[]> record) {
    try {
      if (record.key() == null) {
        throw new RefusedException(
            "A control has no key; the key must be the id of the job or plan that it is about.");
      }
      if (record.value() != null) {
        requireValid(record.key(), Topics.CONTROLS.serde().decode(record.value()));
      }
    } catch (SerializationException | RefusedException e) {
      throw meters.poison(Topics.CONTROLS, e);
    }
    context().forward(record);
  }

  private static void requireValid(String key, Control control) {
    if (!control.getId().equals(key)) {
      throw new RefusedException(
          "The control of '%s' is sent under the key '%s'; the key must be its id."
              .formatted(control.getId(), key));
    }
    if (control.getCommand() == Command.UNKNOWN) {
      throw new RefusedException(
          "The control of '%s' has a command that this version does not know; it knows CANCEL."
              .formatted(key));
    }
  }
}
