package io.topiary.evaluator.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.topiary.runtime.deadletter.DeadLetters;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The newest dead letters, without the bytes that could not be handled, and how many there were.
 * Safe for many threads.
 */
final class LiveDeadLetters {

  /** What a person reads; a reason quotes what was sent, which may be anything. */
  private static final int LONGEST_TEXT = 2_000;

  private final int most;
  private final Deque<ObjectNode> newest = new ArrayDeque<>();
  private long count;
  private boolean older;

  LiveDeadLetters(int most) {
    this.most = most;
  }

  /**
   * Forgets all, to be told anew.
   *
   * @param olderOnes whether there are some that will not be told
   */
  synchronized void restart(boolean olderOnes) {
    newest.clear();
    count = 0;
    older = olderOnes;
  }

  synchronized void add(ConsumerRecord<byte[], byte[]> letter) {
    count++;
    newest.addFirst(json(letter));
    if (newest.size() > most) {
      newest.removeLast();
    }
  }

  /** Newest first. The count is the least there are where {@code atLeast} is true. */
  synchronized JsonNode json() {
    var json = JsonNodeFactory.instance.objectNode().put("count", count).put("atLeast", older);
    json.putArray("deadLetters").addAll(newest);
    return json;
  }

  private static ObjectNode json(ConsumerRecord<byte[], byte[]> letter) {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("at", letter.timestamp() < 0 ? null : time(letter));
    json.put("topic", header(letter, DeadLetters.TOPIC).orElse(null));
    json.put("partition", number(letter, DeadLetters.PARTITION).orElse(null));
    json.put("offset", number(letter, DeadLetters.OFFSET).orElse(null));
    json.put("exception", header(letter, DeadLetters.EXCEPTION).orElse(null));
    json.put("message", header(letter, DeadLetters.MESSAGE).orElse(null));
    json.put("refusedBy", header(letter, DeadLetters.REFUSED_BY).orElse(null));
    json.put("key", Optional.ofNullable(letter.key()).map(LiveDeadLetters::text).orElse(null));
    return json;
  }

  /** A letter keeps the time of the record that could not be handled. */
  private static String time(ConsumerRecord<byte[], byte[]> letter) {
    return Instant.ofEpochMilli(letter.timestamp()).toString();
  }

  private static Optional<Long> number(ConsumerRecord<byte[], byte[]> letter, String name) {
    // Anybody may write to the topic, so a header may hold anything.
    return header(letter, name).filter(text -> text.matches("\\d{1,18}")).map(Long::valueOf);
  }

  private static Optional<String> header(ConsumerRecord<byte[], byte[]> letter, String name) {
    return Optional.ofNullable(letter.headers().lastHeader(name))
        .flatMap(header -> Optional.ofNullable(header.value()))
        .map(LiveDeadLetters::text);
  }

  private static String text(byte[] bytes) {
    var text = new String(bytes, UTF_8);
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
  }
}
