package io.topiary.runtime.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps records that cannot be handled: their own bytes, headers and time, and why, in the headers
 * that the dead-letter handler of Kafka Streams writes, so that one reader serves both.
 *
 * @see <a
 *     href="https://cwiki.apache.org/confluence/display/KAFKA/KIP-1034%3A+Dead+letter+queue+in+Kafka+Streams">KIP-1034</a>
 */
public final class DeadLetters {

  public static final String EXCEPTION = "__streams.errors.exception";
  public static final String MESSAGE = "__streams.errors.message";
  public static final String STACKTRACE = "__streams.errors.stacktrace";
  public static final String TOPIC = "__streams.errors.topic";
  public static final String PARTITION = "__streams.errors.partition";
  public static final String OFFSET = "__streams.errors.offset";

  /**
   * Who could not handle the record, a group or an application: several read the same topics, and
   * each tells what it cannot handle.
   */
  public static final String REFUSED_BY = "topiary.refused.by";

  /** Leaves room for key and headers. */
  private static final int LARGEST_VALUE = Topics.LARGEST_DEAD_LETTER - (1 << 20);

  /** A reason may quote what was sent, which may be anything. */
  private static final int LONGEST_TEXT = 32_768;

  private final String by;
  private final RecordSender sender;
  private final Counter letters;

  /**
   * @param by see {@link #REFUSED_BY}
   * @param topic where the records come from
   */
  public DeadLetters(String by, RecordSender sender, MeterRegistry registry, Topic<?> topic) {
    this.by = by;
    this.sender = sender;
    this.letters = counter(registry, topic);
  }

  /**
   * How many records of the topic have become dead letters; at 0 from the moment somebody asks for
   * it, so that the first letter is a step.
   */
  public static Counter counter(MeterRegistry registry, Topic<?> topic) {
    return Counter.builder("topiary.dead.letters")
        .description("records that became dead letters, by the topic that they came from")
        .tag("topic", topic.name())
        .register(registry);
  }

  /**
   * Returns when the broker has acknowledged the letter, so that the original may be given up.
   *
   * @throws KafkaException when it was not acknowledged
   */
  public void send(ConsumerRecord<byte[], byte[]> original, Exception why)
      throws InterruptedException {
    sender.send(letter(original, why, by));
    letters.increment();
  }

  /**
   * The letter itself, for those who send it in a transaction of their own. A value that no letter
   * can hold is left where it is, as the headers tell where that is.
   *
   * @param by see {@link #REFUSED_BY}
   */
  public static ProducerRecord<byte[], byte[]> letter(
      ConsumerRecord<byte[], byte[]> original, Exception why, String by) {
    var trace = new StringWriter();
    why.printStackTrace(new PrintWriter(trace));
    // Some clients write records without a time, which are read with a negative one.
    @Nullable Long time = original.timestamp() < 0 ? null : original.timestamp();
    byte @Nullable [] value = fits(original.value()) ? original.value() : null;
    var letter = new ProducerRecord<>(Topics.DEAD_LETTERS, null, time, original.key(), value);
    original.headers().forEach(letter.headers()::add);
    letter
        .headers()
        .add(EXCEPTION, why.getClass().getName().getBytes(UTF_8))
        .add(MESSAGE, bytes(why.getMessage()))
        .add(STACKTRACE, bytes(trace.toString()))
        .add(TOPIC, original.topic().getBytes(UTF_8))
        .add(PARTITION, String.valueOf(original.partition()).getBytes(UTF_8))
        .add(OFFSET, String.valueOf(original.offset()).getBytes(UTF_8))
        .add(REFUSED_BY, by.getBytes(UTF_8));
    return letter;
  }

  private static boolean fits(byte @Nullable [] value) {
    return value == null || value.length <= LARGEST_VALUE;
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null
        ? null
        : text.substring(0, Math.min(text.length(), LONGEST_TEXT)).getBytes(UTF_8);
  }
}
