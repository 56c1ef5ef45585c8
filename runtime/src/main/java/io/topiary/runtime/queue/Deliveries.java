package io.topiary.runtime.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/** What a delivered record tells about its earlier attempts, and how it tells it to the next. */
final class Deliveries {

  private static final int DIGITS = 6;

  private Deliveries() {}

  static JobContext context(
      ConsumerRecord<byte[], byte[]> record, BooleanSupplier stop, Runnable progress) {
    var key = record.key() == null ? "" : new String(record.key(), UTF_8);
    int deliveries = record.deliveryCount().orElse((short) 1);
    // Deliveries before this one ended in a crash or a lapsed lock.
    var attempt = earlierAttempts(record) + deliveries;
    return new JobContext(key, attempt, deliveries, Instant.now(), stop, progress);
  }

  /** The same record, to be sent, that has seen so many attempts without progress. */
  static ProducerRecord<byte[], byte[]> again(ConsumerRecord<byte[], byte[]> record, int attempts) {
    var again = new ProducerRecord<>(record.topic(), record.key(), record.value());
    record.headers().forEach(again.headers()::add);
    again.headers().remove(JobQueue.ATTEMPTS_HEADER);
    again.headers().add(JobQueue.ATTEMPTS_HEADER, String.valueOf(attempts).getBytes(UTF_8));
    return again;
  }

  /** Where the record lies, for the log. */
  static String name(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + "-" + record.partition() + "@" + record.offset();
  }

  private static int earlierAttempts(ConsumerRecord<byte[], byte[]> record) {
    return Optional.ofNullable(record.headers().lastHeader(JobQueue.ATTEMPTS_HEADER))
        .map(Header::value)
        .map(value -> new String(value, UTF_8))
        .filter(text -> text.matches("\\d{1," + DIGITS + "}"))
        .map(Integer::valueOf)
        .orElse(0);
  }
}
