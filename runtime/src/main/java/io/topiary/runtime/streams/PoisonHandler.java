package io.topiary.runtime.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.topiary.runtime.deadletter.DeadLetters;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Kafka Streams asks when processing a record has failed: poison goes to the dead letters with
 * its original bytes, in the same transaction as whatever else the record led to; anything else is
 * a bug, and ends the client.
 */
public final class PoisonHandler implements ProcessingExceptionHandler {

  private static final Logger log = LoggerFactory.getLogger(PoisonHandler.class);

  private String application = "";

  @Override
  public Response handleError(
      ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
    if (!(exception instanceof PoisonException poison)) {
      return Response.fail();
    }
    var original = original(context, record, poison.topic());
    log.warn(
        "A record of {} is a dead letter (partition {}, offset {}): {}",
        original.topic(),
        original.partition(),
        original.offset(),
        exception.getMessage());
    return Response.resume(List.of(DeadLetters.letter(original, exception, application)));
  }

  @Override
  public void configure(Map<String, ?> configs) {
    application = String.valueOf(configs.get(StreamsConfig.APPLICATION_ID_CONFIG));
  }

  /** A record that was parked comes from a store, without its place on the topic. */
  private static ConsumerRecord<byte[], byte[]> original(
      ErrorHandlerContext context, Record<?, ?> record, String topic) {
    var parked = context.topic() == null;
    return new ConsumerRecord<>(
        parked ? topic : context.topic(),
        parked ? context.taskId().partition() : context.partition(),
        context.offset(),
        context.timestamp(),
        TimestampType.CREATE_TIME,
        ConsumerRecord.NULL_SIZE,
        ConsumerRecord.NULL_SIZE,
        parked ? ((String) record.key()).getBytes(UTF_8) : context.sourceRawKey(),
        parked ? (byte[]) record.value() : context.sourceRawValue(),
        context.headers(),
        Optional.empty());
  }
}
