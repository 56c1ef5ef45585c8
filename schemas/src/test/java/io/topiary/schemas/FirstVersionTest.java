package io.topiary.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** Records as services of the first version have left them on topics and in state stores. */
class FirstVersionTest {

  private static final long AT = 1_800_000_000_000L;
  private static final Map<String, Object> WEIGHTS =
      Map.of("uri", "file:///blobs/abab", "size", 8L, "sha256", "ab".repeat(32));
  private static final Map<String, Object> LINEAGE =
      Map.of("model", "mlp", "generation", "1", "plan", "plan", "phase", 1);
  private static final Map<String, Object> RATE =
      Map.of("schedule", "ALLR", "peak", 0.05, "warmUp", 8, "iterations", 85, "d1", 0.5, "d2", 0.1);

  @Test
  void shouldReadACheckpointOfTheFirstVersion() throws IOException {
    // Given
    var bytes =
        written(
            Checkpoint.class,
            Map.of(
                "checkpointId",
                "retrained",
                "jobId",
                "job",
                "stage",
                "RETRAINED",
                "lineage",
                LINEAGE,
                "artifact",
                WEIGHTS,
                "mask",
                WEIGHTS,
                "targetSparsity",
                0.9,
                "recipe",
                recipe(),
                "epochLoss",
                List.of(1.5),
                "at",
                AT));

    // When
    var checkpoint = Topics.CHECKPOINTS.serde().decode(bytes);

    // Then
    assertThat(checkpoint.getCheckpointId()).isEqualTo("retrained");
    assertThat(checkpoint.getStage()).isEqualTo(Stage.RETRAINED);
    assertThat(checkpoint.getMask().orElseThrow().getSha256()).isEqualTo("ab".repeat(32));
    assertThat(checkpoint.getRecipe().getLearningRate().getD1()).contains(0.5);
    assertThat(checkpoint.getAt().toEpochMilli()).isEqualTo(AT);
    assertThat(checkpoint.getLineage().getPhases()).isZero();
    assertThat(checkpoint.getLineage().getMethod()).isEmpty();
    assertThat(checkpoint.getMomentum()).isEmpty();
    assertThat(checkpoint.getRecipe().getLearningRate().getHistory()).isEmpty();
  }

  @Test
  void shouldReadAPlanOfTheFirstVersion() throws IOException {
    // Given
    var bytes =
        written(
            Plan.class,
            Map.of(
                "planId",
                "plan",
                "policy",
                "half",
                "state",
                "RETRAINING",
                "job",
                Map.of(
                    "jobId",
                    "job",
                    "lineage",
                    LINEAGE,
                    "recipe",
                    recipe(),
                    "start",
                    WEIGHTS,
                    "mask",
                    WEIGHTS,
                    "targetSparsity",
                    0.9),
                "sentAt",
                AT,
                "sent",
                2));

    // When
    var plan = new AvroSerde<>(Plan.class).decode(bytes);

    // Then
    assertThat(plan.getPlanId()).isEqualTo("plan");
    assertThat(plan.getState()).isEqualTo(PlanState.RETRAINING);
    assertThat(plan.getSent()).isEqualTo(2);
    assertThat(plan.getSentAt().orElseThrow().toEpochMilli()).isEqualTo(AT);
    assertThat(plan.getJob().getTargetSparsity()).isEqualTo(0.9);
    assertThat(plan.getPinnedPolicy()).isEmpty();
    assertThat(plan.getBegunAt()).isEmpty();
    assertThat(plan.getJob().getLineage().getPhases()).isZero();
  }

  private static Map<String, Object> recipe() {
    return Map.of(
        "network",
        Map.of(
            "definition", Map.of("name", "mlp", "width", 0),
            "input", List.of(1, 28, 28),
            "classes", 10),
        "data",
        Map.of(
            "name",
            "sample",
            "sha256",
            "cd".repeat(32),
            "trainingImages",
            5_400,
            "validationImages",
            600,
            "heldOutSeed",
            7L,
            "testImages",
            2_000),
        "epochs",
        1.0,
        "batchSize",
        64,
        "learningRate",
        RATE,
        "momentum",
        0.9,
        "weightDecay",
        5e-4,
        "seed",
        42L,
        "threads",
        1);
  }

  /** The bytes that the first version would have written. */
  private static byte[] written(Class<? extends SpecificRecord> type, Map<String, Object> fields)
      throws IOException {
    var first = ReleasedSchemas.versions(type).get(0);
    var buffer = new BinaryMessageEncoder<>(GenericData.get(), first).encode(record(first, fields));
    var bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static GenericRecord record(Schema schema, Map<?, ?> fields) {
    var record = new GenericRecordBuilder(schema);
    fields.forEach(
        (name, value) -> {
          var field = schema.getField((String) name);
          assertThat(field).as("%s of %s", name, schema.getName()).isNotNull();
          record.set(field, datum(field.schema(), value));
        });
    return record.build();
  }

  /** Of a union: the first branch but null, which is the one that the tests mean. */
  private static Object datum(Schema schema, Object value) {
    return switch (schema.getType()) {
      case UNION ->
          datum(
              schema.getTypes().stream()
                  .filter(branch -> branch.getType() != Schema.Type.NULL)
                  .findFirst()
                  .orElseThrow(),
              value);
      case RECORD -> record(schema, (Map<?, ?>) value);
      case ENUM -> new GenericData.EnumSymbol(schema, value);
      default -> value;
    };
  }
}
