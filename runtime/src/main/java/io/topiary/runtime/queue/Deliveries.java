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

  /** Far beyond any count, and no overflow. */
  private static final int ATTEMPTS_DIGITS = 6;

  private static final int PROGRESS_DIGITS = 18;

  private Deliveries() {}

  /**
   * @param reached how far the job is; if that is further than when the record was sent, none of
   *     the attempts since counts, as any of them may have brought it there
   */
  static JobContext context(
      ConsumerRecord<byte[], byte[]> record,
      long reached,
      BooleanSupplier stop,
      Runnable progress) {
    var key = record.key() == null ? "" : new String(record.key(), UTF_8);
    int deliveries = record.deliveryCount().orElse((short) 1);
    // Deliveries before this one ended in a crash or a lapsed lock.
    var attempt = reached > progress(record) ? 1 : attempts(record) + deliveries;
    return new JobContext(key, attempt, deliveries, Instant.now(), reached, stop, progress);
  }

  /** Attempts without progress before the record was sent. */
  static int attempts(ConsumerRecord<byte[], byte[]> record) {
    return (int) number(record, JobQueue.ATTEMPTS_HEADER, ATTEMPTS_DIGITS);
  }

  /** How far the job was when the record was sent. */
  static long progress(ConsumerRecord<byte[], byte[]> record) {
    return number(record, JobQueue.PROGRESS_HEADER, PROGRESS_DIGITS);
  }

  /**
   * The same record, to be sent, that has seen so many attempts without progress.
   *
   * @param reached how far the job is; what the record says already is never taken back
   */
  static ProducerRecord<byte[], byte[]> again(
      ConsumerRecord<byte[], byte[]> record, int attempts, long reached) {
    var again = new ProducerRecord<>(record.topic(), record.key(), record.value());
    record.headers().forEach(again.headers()::add);
    set(again, JobQueue.ATTEMPTS_HEADER, attempts);
    var furthest = Math.max(reached, progress(record));
    if (furthest > 0) {
      set(again, JobQueue.PROGRESS_HEADER, furthest);
    }
    return again;
  }

  /** Where the record lies, for the log. */
  static String name(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + "-" + record.partition() + "@" + record.offset();
  }

  private static void set(ProducerRecord<byte[], byte[]> record, String header, long number) {
    record.headers().remove(header);
    record.headers().add(header, String.valueOf(number).getBytes(UTF_8));
  }

  /** The header's number; 0 where there is none, or what is no number. */
  private static long number(ConsumerRecord<byte[], byte[]> record, String header, int digits) {
    return Optional.ofNullable(record.headers().lastHeader(header))
        .map(Header::value)
        .map(value -> new String(value, UTF_8))
        .filter(text -> text.matches("\\d{1," + digits + "}"))
        .map(Long::valueOf)
        .orElse(0L);
  }
}
