package io.topiary.schemas;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.MissingSchemaException;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Avro's single-object encoding: the marker {@code C3 01}, the writer schema's 64-bit Rabin
 * fingerprint, then the record. A reader finds the writer's schema among the {@link
 * ReleasedSchemas} and resolves it against its own, so producers and consumers may be of different
 * versions without a schema registry.
 *
 * <p>A tombstone (absent value) stays one. Bytes that are no such record, or come from a schema
 * that is not released, end in a {@link SerializationException} that says so in one sentence.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding">Avro
 *     specification, single-object encoding</a>
 */
public final class AvroSerde<T extends SpecificRecord> implements Serde<T> {

  static {
    // Avro makes objects of trusted classes alone, and knows ours only when it is told.
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(),
            candidate -> candidate.getPackage() == AvroSerde.class.getPackage()));
  }

  private final Class<T> type;
  private final BinaryMessageEncoder<T> encoder;
  private final BinaryMessageDecoder<T> decoder;

  public AvroSerde(Class<T> type) {
    var model = SpecificData.getForClass(type);
    var schema = model.getSchema(type);
    this.type = type;
    this.encoder = new BinaryMessageEncoder<>(model, schema);
    this.decoder = new BinaryMessageDecoder<>(model, schema, ReleasedSchemas.store(type));
  }

  @Override
  public Serializer<T> serializer() {
    return (topic, value) -> value == null ? null : encode(value);
  }

  @Override
  public Deserializer<T> deserializer() {
    return (topic, bytes) -> bytes == null ? null : decode(bytes);
  }

  /** The record as single-object bytes: the same record, the same bytes. */
  public byte[] encode(T value) {
    try {
      var buffer = encoder.encode(value);
      var bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
  }

  /**
   * The record that the bytes hold, resolved against this version's schema.
   *
   * @throws SerializationException when the bytes are no {@code T} of a released version
   */
  public T decode(byte[] bytes) {
    try {
      return decoder.decode(bytes);
    } catch (MissingSchemaException e) {
      throw refused("was written with a schema that is not among the released ones", e);
    } catch (IOException | RuntimeException e) {
      // Avro has no one exception for bytes that are wrong.
      throw refused("is no Avro single-object record of that type: " + firstLine(e), e);
    }
  }

  private SerializationException refused(String why, Exception cause) {
    return new SerializationException(
        "The value should be a " + type.getSimpleName() + ", but it " + why, cause);
  }

  private static String firstLine(Exception e) {
    @Nullable String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
  }
}
