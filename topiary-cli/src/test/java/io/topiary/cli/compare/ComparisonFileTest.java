package io.topiary.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.cli.compare.result.Kind;
import io.topiary.runtime.StartException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonFileTest {

  @TempDir private Path folder;

  @Test
  void shouldFindTheComparisonThatWasBegun() {
    // Given
    var begun = ComparisonFile.in(folder, file(Instant.EPOCH, "45"));

    // When the same is asked for later
    var found = ComparisonFile.in(folder, file(Instant.EPOCH.plusSeconds(60), "45"));

    // Then
    assertThat(found).isEqualTo(begun);
    assertThat(found.identity().startedAt()).isEqualTo(Instant.EPOCH);
  }

  @Test
  void shouldRefuseAnotherComparisonAndSayWhatDiffers() {
    ComparisonFile.in(folder, file(Instant.EPOCH, "45"));

    assertThatThrownBy(() -> ComparisonFile.in(folder, file(Instant.EPOCH, "90")))
        .isInstanceOf(StartException.class)
        .hasMessage(
            "--dir is %s, which holds another comparison: --epochs was 45, and is 90 now; give"
                + " another folder, or go on with: ./topiary compare schedules",
            folder);
    var methods = new ComparisonFile(Kind.METHODS, "./topiary", Instant.EPOCH, "mlp", Map.of());
    assertThatThrownBy(() -> ComparisonFile.in(folder, methods))
        .hasMessageContaining("another comparison: one of schedules;");
  }

  @Test
  void shouldRefuseAFolderOfSomethingElse() throws Exception {
    Files.writeString(folder.resolve("notes.txt"), "mine");

    assertThatThrownBy(() -> ComparisonFile.in(folder, file(Instant.EPOCH, "45")))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("holds something else than a comparison");
  }

  @Test
  void shouldRefuseAFileThatItDoesNotUnderstand() throws Exception {
    Files.writeString(folder.resolve("comparison.json"), "{");

    assertThatThrownBy(() -> ComparisonFile.in(folder, file(Instant.EPOCH, "45")))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("cannot be understood");
  }

  private static ComparisonFile file(Instant at, String epochs) {
    return new ComparisonFile(
        Kind.SCHEDULES, "./topiary compare schedules", at, "mlp", Map.of("--epochs", epochs));
  }
}
