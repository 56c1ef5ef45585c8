package io.topiary.runtime.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.topiary.schemas.Command;
import io.topiary.schemas.Topics;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;

/** What the newest record of every id says. Written by one thread, asked by many. */
final class Commands {

  private final Set<String> cancelled = ConcurrentHashMap.newKeySet();

  boolean cancelled(String id) {
    return cancelled.contains(id);
  }

  /**
   * Obeys a record; one without a value takes back what was commanded.
   *
   * @throws SerializationException when it is no command of this version's; what was commanded
   *     before stands
   */
  void apply(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null) {
      throw new SerializationException(
          "The key should be the id of a job or a plan, but there is none");
    }
    var id = new String(record.key(), UTF_8);
    if (record.value() == null) {
      cancelled.remove(id);
      return;
    }
    var control = Topics.CONTROLS.serde().decode(record.value());
    if (!control.getId().equals(id)) {
      throw new SerializationException(
          "The control is for \"%s\", but its key is \"%s\"; the two should be the same"
              .formatted(control.getId(), id));
    }
    if (control.getCommand() != Command.CANCEL) {
      throw new SerializationException(
          "The command for \"%s\" is one that this worker does not know; it knows CANCEL"
              .formatted(id));
    }
    cancelled.add(id);
  }
}
