package io.topiary.evaluator.frontier;

import java.util.Optional;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Aggregates evaluations. The gauges of its partition are here as long as the partition is: they
 * are filled from the store, which is restored by then, and withdrawn when it moves.
 */
final class EvaluationProcessor extends ContextualProcessor<String, byte[], Void, Void> {

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
  }

  @Override
  public void process(Record<String, byte[]> record) {
    var changed = FrontierStores.of(context()).put(decoding.evaluation(record));
    changed.forEach((group, point) -> gauges.show(context().taskId(), group, point));
  }

  @Override
  public void close() {
    gauges.withdraw(context().taskId());
  }
}
