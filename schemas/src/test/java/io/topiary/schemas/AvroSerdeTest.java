package io.topiary.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class AvroSerdeTest {

  /** Bytes of marker and fingerprint. */
  private static final int HEADER = 10;

  private final AvroSerde<Checkpoint> checkpoints = new AvroSerde<>(Checkpoint.class);
  private final byte[] bytes = checkpoints.encode(Samples.checkpoint());

  @Test
  void shouldReadBackWhatItWrote() {
    assertThat(checkpoints.decode(bytes)).isEqualTo(Samples.checkpoint());
  }

  @Test
  void shouldWriteTheSameRecordAsTheSameBytes() {
    assertThat(checkpoints.encode(Samples.checkpoint())).isEqualTo(bytes);
  }

  @Test
  void shouldMarkTheBytesAsAvrosSingleObjectEncoding() {
    assertThat(bytes).startsWith(0xC3, 0x01);
  }

  @Test
  void shouldKeepTombstones() {
    assertThat(checkpoints.serializer().serialize("topic", null)).isNull();
    assertThat(checkpoints.deserializer().deserialize("topic", (byte[]) null)).isNull();
  }

  @Test
  void shouldRefuseBytesThatAreNoAvro() {
    assertThatThrownBy(() -> checkpoints.decode("not avro at all".getBytes(UTF_8)))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("should be a Checkpoint");
  }

  @Test
  void shouldRefuseEveryTruncation() {
    IntStream.range(0, bytes.length)
        .forEach(
            length ->
                assertThatThrownBy(() -> checkpoints.decode(Arrays.copyOf(bytes, length)))
                    .as("the first %d of %d bytes", length, bytes.length)
                    .isInstanceOf(SerializationException.class));
  }

  @Test
  void shouldRefuseEveryLengthThatIsALie() {
    // Given two billion, as Avro writes it
    var lie = new byte[] {(byte) 0x80, (byte) 0xD0, (byte) 0xAC, (byte) 0xF3, 0x0E};

    // When, Then
    IntStream.range(HEADER, bytes.length - lie.length)
        .forEach(
            at -> {
              var lying = Arrays.copyOf(bytes, bytes.length);
              System.arraycopy(lie, 0, lying, at, lie.length);
              decodeOrRefuse(lying);
            });
  }

  @Test
  void shouldMakeNothingButARefusalOfBentBytes() {
    var random = new Random(11);
    for (var round = 0; round < 50; round++) {
      for (var i = HEADER; i < bytes.length; i++) {
        var bent = bytes.clone();
        bent[i] = (byte) random.nextInt();
        decodeOrRefuse(bent);
      }
    }
  }

  private void decodeOrRefuse(byte[] bytes) {
    try {
      checkpoints.decode(bytes);
    } catch (SerializationException e) {
      assertThat(e).hasMessageContaining("should be a Checkpoint");
    }
  }

  @Test
  void shouldRefuseARecordOfAnotherType() {
    var job = new AvroSerde<>(TrainingJob.class).encode(Samples.job());

    assertThatThrownBy(() -> checkpoints.decode(job))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("not among the released ones");
  }

  @Test
  void shouldRefuseASchemaThatWasNeverReleased() throws Exception {
    // Given
    var schema =
        SchemaBuilder.record("io.topiary.schemas.Checkpoint")
            .fields()
            .requiredString("somebodyElses")
            .endRecord();
    var theirs = new GenericRecordBuilder(schema).set("somebodyElses", "checkpoint").build();
    var encoded = new BinaryMessageEncoder<>(GenericData.get(), schema).encode(theirs).array();

    // When, Then
    assertThatThrownBy(() -> checkpoints.decode(encoded))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("not among the released ones");
  }
}
