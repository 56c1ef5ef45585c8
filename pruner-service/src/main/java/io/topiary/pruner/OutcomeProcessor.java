package io.topiary.pruner;

import io.topiary.pruner.pruning.RefusedException;
import io.topiary.runtime.streams.Keys;
import io.topiary.runtime.streams.RefusedRecordException;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Finds the retrainings that have failed; those that succeed are told by their checkpoints. */
final class OutcomeProcessor extends ContextualProcessor<String, byte[], String, PlanEvent> {

  private final PrunerMeters meters;

  OutcomeProcessor(PrunerMeters meters) {
    this.meters = meters;
  }

  @Override
  public void process(Record<String, byte[]> record) {
    var outcome = decode(record);
    if (outcome.getWork() == Work.TRAINING) {
      switch (outcome.getResult()) {
        case DONE -> {}
        case FAILED, CANCELLED -> endPlan(record, outcome);
        case UNKNOWN ->
            throw meters.poison(
                Topics.OUTCOMES,
                new RefusedException(
                    "Job %s ended in a way that this version does not know; it knows DONE, FAILED and CANCELLED."
                        .formatted(outcome.getId())));
      }
    }
  }

  private void endPlan(Record<String, byte[]> record, Outcome outcome) {
    outcome
        .getLineage()
        .getPlan()
        .map(
            plan ->
                new PlanEvent.JobEnded(
                    plan, outcome.getId(), outcome.getResult(), outcome.getReason()))
        .ifPresent(event -> context().forward(record.withValue(event)));
  }

  private Outcome decode(Record<String, byte[]> record) {
    try {
      Keys.requireValue(record);
      var outcome = Topics.OUTCOMES.serde().decode(record.value());
      Keys.requireModel(record, outcome.getLineage(), "Outcome " + outcome.getId());
      return outcome;
    } catch (SerializationException | RefusedRecordException e) {
      throw meters.poison(Topics.OUTCOMES, e);
    }
  }
}
