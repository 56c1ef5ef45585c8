package io.topiary.runtime.streams;

import io.topiary.schemas.Lineage;
import org.apache.kafka.streams.processor.api.Record;

/**
 * What a record of a topic that is keyed by model has to be like, before anything is made of it.
 */
public final class Keys {

  private Keys() {}

  /**
   * Such topics are history, of which nothing can be taken back.
   *
   * @throws RefusedRecordException when the record has no value
   */
  public static void requireValue(Record<String, byte[]> record) {
    if (record.value() == null) {
      throw new RefusedRecordException(
          "The record under the key '%s' has no value; only policies can be removed by such a record."
              .formatted(record.key()));
    }
  }

  /**
   * Under another key, the record may be in another partition than the rest of its model's.
   *
   * @throws RefusedRecordException when it has another key
   */
  public static void requireModel(Record<String, byte[]> record, Lineage lineage, String what) {
    if (!lineage.getModel().equals(record.key())) {
      throw new RefusedRecordException(
          "%s of model '%s' is sent under the key '%s'; the key must be the model."
              .formatted(what, lineage.getModel(), record.key()));
    }
  }
}
