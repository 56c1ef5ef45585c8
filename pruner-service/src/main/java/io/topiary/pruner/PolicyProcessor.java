package io.topiary.pruner;

import io.topiary.pruner.pruning.Policies;
import io.topiary.pruner.pruning.RefusedException;
import io.topiary.schemas.Topics;
import io.topiary.sparsity.InvalidInputException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Passes on the policies that can be acted on, and their removal, byte for byte. A policy that is
 * refused leaves in force what was accepted under its name before.
 */
final class PolicyProcessor extends ContextualProcessor<String, byte[], String, byte[]> {

  private final PrunerMeters meters;

  PolicyProcessor(PrunerMeters meters) {
    this.meters = meters;
  }

  @Override
  public void process(Record<String, byte[]> record) {
    if (record.key() == null) {
      throw meters.poison(
          Topics.POLICIES, new RefusedException("A policy has no key; the key must be its name."));
    }
    if (record.value() != null) {
      requireValid(record);
    }
    context().forward(record);
  }

  private void requireValid(Record<String, byte[]> record) {
    try {
      Policies.requireValid(record.key(), Topics.POLICIES.serde().decode(record.value()));
    } catch (SerializationException | InvalidInputException e) {
      throw meters.poison(Topics.POLICIES, e);
    }
  }
}
