package io.topiary.schemas;

import static org.apache.avro.SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE;
import static org.apache.avro.SchemaCompatibility.checkReaderWriterCompatibility;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReleasedSchemasTest {

  static Stream<Class<? extends SpecificRecord>> records() {
    return Stream.concat(
        Topics.ALL.stream().map(Topic::type),
        Stream.of(Plan.class, FrontierSample.class, FrontierPoint.class));
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldKeepTheSchemaThatIsWrittenToday(Class<? extends SpecificRecord> type)
      throws IOException {
    // Given
    var today = SpecificData.get().getSchema(type);
    var kept = ReleasedSchemas.versions(type);

    // When
    var file = type.getSimpleName() + "-v" + (kept.size() + 1) + ".avsc";
    var candidate = Path.of("target", "released", file);
    Files.createDirectories(candidate.getParent());
    Files.writeString(candidate, SchemaFormatter.format("json/pretty", today) + "\n");

    // Then
    assertThat(!kept.isEmpty() && kept.get(kept.size() - 1).equals(today))
        .as(
            "%s is the newest kept version of itself: when a change is meant, copy schemas/%s to"
                + " schemas/src/main/resources/io/topiary/schemas/released",
            type.getSimpleName(), candidate)
        .isTrue();
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldReadEveryReleasedVersionAndBeReadByIt(Class<? extends SpecificRecord> type) {
    var today = SpecificData.get().getSchema(type);
    assertThat(ReleasedSchemas.versions(type))
        .isNotEmpty()
        .allSatisfy(
            released -> {
              assertThat(checkReaderWriterCompatibility(today, released).getType())
                  .as("today's %s reads %s", type.getSimpleName(), released)
                  .isEqualTo(COMPATIBLE);
              assertThat(checkReaderWriterCompatibility(released, today).getType())
                  .as("%s reads today's %s", released, type.getSimpleName())
                  .isEqualTo(COMPATIBLE);
            });
  }
}
