package io.topiary.runtime.control;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.topiary.runtime.kafka.TopicFollower;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was commanded, as far as it has been read. */
final class ControlsReader implements TopicFollower.Reader {

  private static final Logger log = LoggerFactory.getLogger(ControlsReader.class);

  private final Counter refused;
  private Commands fresh = new Commands();
  private volatile Commands commands = fresh;

  ControlsReader(MeterRegistry registry) {
    refused = registry.counter("topiary.controls.refused");
  }

  Commands commands() {
    return commands;
  }

  /** Starts from nothing, as commands may have been taken back that nothing tells of any more. */
  @Override
  public void begin(Consumer<byte[], byte[]> consumer, Set<TopicPartition> partitions) {
    fresh = new Commands();
    consumer.seekToBeginning(partitions);
  }

  @Override
  public void apply(ConsumerRecord<byte[], byte[]> record) {
    fresh.apply(record);
  }

  @Override
  public void caughtUp() {
    commands = fresh;
  }

  /** The pruner, of which one instance reads each record once, sends it to the dead letters. */
  @Override
  public void refused(ConsumerRecord<byte[], byte[]> record, SerializationException why) {
    refused.increment();
    log.warn("{}@{} is no control: {}", record.topic(), record.offset(), why.getMessage());
  }
}
