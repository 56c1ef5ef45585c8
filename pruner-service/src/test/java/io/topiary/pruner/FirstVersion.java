package io.topiary.pruner;

import io.topiary.schemas.AvroSerde;
import io.topiary.schemas.Plan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/** What the first version would have written: without what its schemas do not know. */
final class FirstVersion {

  private FirstVersion() {}

  static Plan of(Plan plan) throws IOException {
    return new AvroSerde<>(Plan.class).decode(bytes(plan));
  }

  static <T extends SpecificRecord> byte[] bytes(T today) throws IOException {
    var schema = today.getSchema();
    var plain = new ByteArrayOutputStream();
    var out = EncoderFactory.get().directBinaryEncoder(plain, null);
    new SpecificDatumWriter<T>(schema, SpecificData.getForClass(today.getClass()))
        .write(today, out);
    var first = first(schema.getName());
    var in = DecoderFactory.get().binaryDecoder(plain.toByteArray(), null);
    var then = new GenericDatumReader<Object>(schema, first, GenericData.get()).read(null, in);
    var encoded = new BinaryMessageEncoder<>(GenericData.get(), first).encode(then);
    var bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  private static Schema first(String record) throws IOException {
    var resource = "/io/topiary/schemas/released/" + record + "-v1.avsc";
    try (var stream = AvroSerde.class.getResourceAsStream(resource)) {
      return new Schema.Parser().parse(stream);
    }
  }
}
