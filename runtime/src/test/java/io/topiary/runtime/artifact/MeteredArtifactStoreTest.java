package io.topiary.runtime.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeteredArtifactStoreTest {

  @TempDir private Path folder;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private ArtifactStore store;

  @BeforeEach
  void open() {
    store = new MeteredArtifactStore(FileArtifactStore.open(folder.resolve("store")), registry);
  }

  @Test
  void shouldCountCallsByWhatTheyDo() throws IOException {
    // When
    var artifact = store.write(file -> Files.writeString(file, "weights"));
    var read = store.read(artifact, Files::readString);
    store.commitResult("job", new byte[] {1});
    store.writeSnapshot("job", 7, file -> Files.writeString(file, "snapshot"));
    store.removeSnapshots("job");

    // Then
    assertThat(read).isEqualTo("weights");
    assertThat(store.result("job")).isPresent();
    assertThat(store.snapshots("job")).isEmpty();
    assertThat(calls("write", "ok")).isEqualTo(4);
    assertThat(calls("read", "ok")).isEqualTo(3);
    assertThat(calls("write", "failed")).isZero();
    assertThat(calls("read", "failed")).isZero();
  }

  @Test
  void shouldTellAStoreThatIsAwayFromAnArtifactThatIsBroken() throws IOException {
    // Given
    var artifact = store.write(file -> Files.writeString(file, "weights"));

    // When an artifact is not what it was, and then the store is away
    Files.writeString(folder.resolve("store/blobs").resolve(artifact.getSha256()), "other");
    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> store.fetch(artifact));
    Files.move(folder.resolve("store"), folder.resolve("elsewhere"));
    assertThatExceptionOfType(ArtifactException.class).isThrownBy(() -> store.fetch(artifact));
    assertThatExceptionOfType(ArtifactException.class)
        .isThrownBy(() -> store.commitResult("job", new byte[] {1}));

    // Then
    assertThat(calls("read", "corrupt")).isEqualTo(1);
    assertThat(calls("read", "failed")).isEqualTo(1);
    assertThat(calls("write", "failed")).isEqualTo(1);
  }

  private long calls(String operation, String result) {
    return registry
        .get("topiary.artifacts.calls")
        .tag("operation", operation)
        .tag("result", result)
        .timer()
        .count();
  }
}
