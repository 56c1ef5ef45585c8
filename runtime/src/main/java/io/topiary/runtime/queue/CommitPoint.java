package io.topiary.runtime.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.schemas.Topic;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * The one point at which a job becomes done: its result, the complete record that is to be sent,
 * has been created in the artifact store. Whoever creates it first wins, and every attempt sends
 * exactly the winner's bytes, so that what a crash makes happen twice is the same record twice.
 *
 * <p>Both methods return when the broker has acknowledged the record, and throw {@link
 * KafkaException} or {@link ArtifactException} when broker or store is away: a fault.
 */
public final class CommitPoint<R extends SpecificRecord> {

  private final ArtifactStore artifacts;
  private final RecordSender sender;
  private final Topic<R> topic;

  public CommitPoint(ArtifactStore artifacts, RecordSender sender, Topic<R> topic) {
    this.artifacts = artifacts;
    this.sender = sender;
    this.topic = topic;
  }

  /**
   * Sends the result that an earlier attempt has committed.
   *
   * @return that result; absent when there is none yet, and the work is to be done
   */
  public Optional<R> sendAgain(String id, String key) throws InterruptedException {
    var committed = artifacts.result(id);
    return committed.isEmpty() ? Optional.empty() : Optional.of(send(id, key, committed.get()));
  }

  /**
   * Commits the result and sends it, or the one that was committed before it.
   *
   * @return the result that was sent
   */
  public R commit(String id, String key, R result) throws InterruptedException {
    return send(id, key, artifacts.commitResult(id, topic.serde().encode(result)));
  }

  private R send(String id, String key, byte[] committed) throws InterruptedException {
    var result = decode(id, committed);
    sender.send(new ProducerRecord<>(topic.name(), key.getBytes(UTF_8), committed));
    return result;
  }

  private R decode(String id, byte[] committed) {
    try {
      return topic.serde().decode(committed);
    } catch (SerializationException e) {
      throw new CorruptArtifactException(
          "The committed result of %s cannot be used: %s.".formatted(id, e.getMessage()));
    }
  }
}
