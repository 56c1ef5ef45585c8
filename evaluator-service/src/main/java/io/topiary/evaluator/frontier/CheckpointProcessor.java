package io.topiary.evaluator.frontier;

import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Keeps checkpoints: what lineages are told by, and what older evaluations leave untold. */
final class CheckpointProcessor extends ContextualProcessor<String, byte[], Void, Void> {

  private final Decoding decoding;
  private final FrontierGauges gauges;

  CheckpointProcessor(Decoding decoding, FrontierGauges gauges) {
    this.decoding = decoding;
    this.gauges = gauges;
  }

  @Override
  public void process(Record<String, byte[]> record) {
    var changed = FrontierStores.of(context()).put(decoding.checkpoint(record));
    changed.forEach((group, point) -> gauges.show(context().taskId(), group, point));
  }
}
