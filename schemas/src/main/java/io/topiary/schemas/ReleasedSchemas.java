package io.topiary.schemas;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.message.SchemaStore;
import org.apache.avro.specific.SpecificRecord;

/**
 * Every version of every record that ever travelled on a topic, as the resource {@code
 * released/<Record>-v<n>.avsc}, versions counted from 1 without gaps. What any of them wrote can be
 * read by this version, and the other way round.
 */
final class ReleasedSchemas {

  private ReleasedSchemas() {}

  /** Finds a released version of the record by its fingerprint. */
  static SchemaStore store(Class<? extends SpecificRecord> record) {
    var store = new SchemaStore.Cache();
    versions(record).forEach(store::addSchema);
    return store;
  }

  /** The released versions of the record, oldest first. */
  static List<Schema> versions(Class<? extends SpecificRecord> record) {
    return IntStream.iterate(1, version -> version + 1)
        .mapToObj(version -> "released/" + record.getSimpleName() + "-v" + version + ".avsc")
        .map(ReleasedSchemas.class::getResource)
        .takeWhile(Objects::nonNull)
        .map(ReleasedSchemas::parse)
        .toList();
  }

  private static Schema parse(URL resource) {
    try (var stream = resource.openStream()) {
      return new Schema.Parser().parse(stream);
    } catch (IOException e) {
      throw new UncheckedIOException("a released schema of this jar cannot be read", e);
    }
  }
}
