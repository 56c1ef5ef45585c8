package io.topiary.evaluator.frontier;

import io.topiary.schemas.FrontierPoint;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Aggregates evaluations. The gauges of its partition are here as long as the partition is: they
 * are filled from the store, which is restored by then, and withdrawn when it moves. What the
 * topics keep no longer is forgotten here too.
 */
final class EvaluationProcessor extends ContextualProcessor<String, byte[], Void, Void> {

  /** Records go by whole segments of a topic too; nobody waits for the hour. */
  private static final Duration BETWEEN_FORGETTING = Duration.ofHours(1);

  private final Decoding decoding;
  private final FrontierGauges gauges;

  EvaluationProcessor(Decoding decoding, FrontierGauges gauges) {
    this.decoding = decoding;
    this.gauges = gauges;
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    super.init(context);
    gauges.withdraw(context.taskId());
    FrontierStores.of(context)
        .points()
        .forEach(point -> gauges.show(context.taskId(), Group.of(point), Optional.of(point)));
    context.schedule(
        BETWEEN_FORGETTING,
        PunctuationType.WALL_CLOCK_TIME,
        now -> show(stores().forgetBefore(Instant.ofEpochMilli(now).minus(Topics.KEPT))));
  }

  @Override
  public void process(Record<String, byte[]> record) {
    show(stores().put(decoding.evaluation(record)));
  }

  private FrontierStores stores() {
    return FrontierStores.of(context());
  }

  private void show(Map<Group, Optional<FrontierPoint>> changed) {
    changed.forEach((group, point) -> gauges.show(context().taskId(), group, point));
  }

  @Override
  public void close() {
    gauges.withdraw(context().taskId());
  }
}
