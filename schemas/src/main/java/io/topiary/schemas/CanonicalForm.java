package io.topiary.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record as bytes that stay the same while its schema grows: fields by name in alphabetical
 * order, those that hold their default left out. A field that is added later with a default
 * therefore changes no identity of work that does not use it. An artifact is its digest, wherever
 * it lies.
 */
final class CanonicalForm {

  private final DataOutputStream out;

  private CanonicalForm(DataOutputStream out) {
    this.out = out;
  }

  static byte[] of(SpecificRecord datum) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      new CanonicalForm(out).write(datum.getSchema(), datum);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private void write(Schema schema, @Nullable Object value) throws IOException {
    switch (schema.getType()) {
      case RECORD -> writeRecord(schema, (IndexedRecord) Objects.requireNonNull(value));
      case UNION -> {
        var branch = schema.getTypes().get(SpecificData.get().resolveUnion(schema, value));
        writeText(branch.getFullName());
        write(branch, value);
      }
      case ARRAY -> {
        var elements = (Collection<?>) Objects.requireNonNull(value);
        out.writeInt(elements.size());
        for (var element : elements) {
          write(schema.getElementType(), element);
        }
      }
      case STRING, ENUM, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL ->
          writeText(String.valueOf(value));
      case MAP, FIXED, BYTES ->
          throw new IllegalArgumentException("no canonical form is defined for " + schema);
    }
  }

  private void writeRecord(Schema schema, IndexedRecord datum) throws IOException {
    if (datum instanceof Artifact artifact) {
      writeText(artifact.getSha256());
      return;
    }
    var fields =
        schema.getFields().stream()
            .filter(field -> !holdsItsDefault(field, datum.get(field.pos())))
            .sorted(Comparator.comparing(Schema.Field::name))
            .toList();
    out.writeInt(fields.size());
    for (var field : fields) {
      writeText(field.name());
      write(field.schema(), datum.get(field.pos()));
    }
  }

  /** Of any length: {@link DataOutputStream#writeUTF} would end at 64 KiB. */
  private void writeText(String text) throws IOException {
    var bytes = text.getBytes(UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static boolean holdsItsDefault(Schema.Field field, @Nullable Object value) {
    return field.hasDefaultValue()
        && Objects.equals(SpecificData.get().getDefaultValue(field), value);
  }
}
