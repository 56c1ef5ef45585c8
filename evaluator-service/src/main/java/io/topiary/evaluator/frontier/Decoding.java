package io.topiary.evaluator.frontier;

import io.micrometer.core.instrument.MeterRegistry;
import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.runtime.streams.Keys;
import io.topiary.runtime.streams.PoisonException;
import io.topiary.runtime.streams.RefusedRecordException;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.Score;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import java.util.List;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.Record;

/** Reads the frontier's records; those that it can make nothing of become dead letters. */
final class Decoding {

  private final MeterRegistry registry;

  Decoding(MeterRegistry registry) {
    this.registry = registry;
    List.of(Topics.CHECKPOINTS, Topics.EVALUATIONS)
        .forEach(topic -> DeadLetters.counter(registry, topic));
  }

  /**
   * @throws PoisonException when the record is no checkpoint of its key, or of an unknown stage
   */
  Checkpoint checkpoint(Record<String, byte[]> record) {
    return decode(Topics.CHECKPOINTS, record, Decoding::known);
  }

  /**
   * @throws PoisonException when the record is no evaluation of its key, when it belongs to no
   *     group that this version knows, or when it is of no images
   */
  Evaluation evaluation(Record<String, byte[]> record) {
    return decode(Topics.EVALUATIONS, record, Decoding::known);
  }

  private <V extends SpecificRecord> V decode(
      Topic<V> topic, Record<String, byte[]> record, Function<V, Lineage> check) {
    try {
      Keys.requireValue(record);
      var value = topic.serde().decode(record.value());
      Keys.requireModel(record, check.apply(value), topic.type().getSimpleName());
      return value;
    } catch (SerializationException | RefusedRecordException e) {
      DeadLetters.counter(registry, topic).increment();
      throw new PoisonException(topic, e);
    }
  }

  private static Lineage known(Checkpoint checkpoint) {
    require(
        checkpoint.getStage() != Stage.UNKNOWN,
        "Checkpoint %s is of a stage that this version does not know.",
        checkpoint.getCheckpointId());
    requireKey(checkpoint.getLineage(), checkpoint.getCheckpointId(), "");
    return checkpoint.getLineage();
  }

  private static Lineage known(Evaluation evaluation) {
    var id = evaluation.getEvaluationId();
    require(
        evaluation.getStage() != Stage.UNKNOWN,
        "Evaluation %s is of a stage that this version does not know.",
        id);
    require(
        evaluation.getSchedule() != Schedule.UNKNOWN,
        "Evaluation %s is of a schedule that this version does not know.",
        id);
    require(
        evaluation.getLineage().getMethod().filter(Method.UNKNOWN::equals).isEmpty(),
        "Evaluation %s is of a method that this version does not know.",
        id);
    require(
        hasImages(evaluation.getValidation()) && hasImages(evaluation.getTest()),
        "Evaluation %s is of no images, but it should be of at least one of either split.",
        id);
    requireKey(evaluation.getLineage(), evaluation.getCheckpointId(), evaluation.getData());
    return evaluation.getLineage();
  }

  private static boolean hasImages(Score score) {
    return score.getImages() > 0;
  }

  private static void requireKey(Lineage lineage, String checkpointId, String data) {
    var unused = StoreKeys.of(lineage.getModel(), checkpointId, data);
  }

  private static void require(boolean condition, String sentence, String id) {
    if (!condition) {
      throw new RefusedRecordException(sentence.formatted(id));
    }
  }
}
