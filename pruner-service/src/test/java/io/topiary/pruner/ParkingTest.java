package io.topiary.pruner;

import static io.topiary.pruner.DenseNetworks.policy;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of dense checkpoints while the artifact store is away. */
class ParkingTest {

  private static final Duration TICK = Duration.ofSeconds(1);

  @TempDir private Path directory;

  private Path store;
  private ArtifactStore artifacts;
  private DenseNetworks networks;
  private PrunerDriver pruner;

  @BeforeEach
  void start() {
    store = directory.resolve("artifacts");
    artifacts = FileArtifactStore.open(store);
    networks = new DenseNetworks(artifacts);
    pruner = new PrunerDriver(artifacts, directory.resolve("state"));
  }

  @AfterEach
  void stop() {
    pruner.close();
  }

  @Test
  void shouldParkCheckpointsWhileTheArtifactStoreIsAway() throws IOException {
    // Given
    pruner.send(policy("strong", "*", 0.5));
    var first = networks.linear("first", "tonight");
    var second = networks.linear("second", "tonight");
    Files.move(store, directory.resolve("away"));

    // When
    pruner.send(first);
    pruner.send(second);
    for (var i = 0; i < 60; i++) {
      pruner.advance(TICK);
    }

    // Then
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.outcomes()).isEmpty();
    assertThat(pruner.deadLetters()).isEmpty();
    assertThat(pruner.unready().get("artifacts")).contains(store.toString());
    assertThat(pruner.timed("topiary.pruner.mask")).as("tries in a minute").isBetween(5L, 12L);

    // When
    Files.move(directory.resolve("away"), store);
    pruner.advance(Duration.ofMinutes(1));
    pruner.advance(TICK);
    pruner.advance(TICK);

    // Then
    assertThat(pruner.jobs())
        .extracting(job -> job.getLineage().getModel())
        .containsExactlyInAnyOrder("first", "second");
    assertThat(pruner.unready()).isEmpty();

    // When, then
    pruner.advance(Duration.ofMinutes(1));
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.timed("topiary.pruner.mask")).isLessThan(16);
  }

  @Test
  void shouldLetNoParkedCheckpointWaitForAnother() throws IOException {
    // Given the first of two that are parked can be read no more
    pruner.send(policy("strong", "*", 0.5));
    var loop = store.resolve("blobs").resolve("loop");
    var broken =
        Checkpoint.newBuilder(networks.linear("broken", "tonight"))
            .setCheckpointId("0")
            .setArtifact(new Artifact(loop.toUri().toString(), 8L, "00".repeat(32)))
            .build();
    var whole = networks.linear("whole", "tonight");
    Files.createSymbolicLink(loop, loop);
    Files.move(store, directory.resolve("away"));
    pruner.send(broken);
    pruner.send(whole);

    // When
    Files.move(directory.resolve("away"), store);
    pruner.advance(TICK);
    pruner.advance(TICK);
    pruner.advance(TICK);

    // Then
    assertThat(pruner.jobs())
        .extracting(job -> job.getLineage().getModel())
        .containsExactly("whole");
    assertThat(pruner.unready()).containsKey("artifacts");
  }

  @Test
  void shouldPutAParkedCheckpointAsideThatTurnsOutToBeBad() throws IOException {
    // Given
    pruner.send(policy("strong", "*", 0.5));
    var dense = networks.linear("linear", "tonight");
    Files.move(store, directory.resolve("away"));
    pruner.send(dense);

    // When the store comes back with a damaged artifact
    Files.move(directory.resolve("away"), store);
    Files.write(
        store.resolve("blobs").resolve(dense.getArtifact().getSha256()),
        new byte[] {0},
        StandardOpenOption.APPEND);
    pruner.advance(TICK);
    pruner.advance(Duration.ofMinutes(5));

    // Then
    var letter = onlyDeadLetter();
    assertThat(letter.key()).isEqualTo("linear");
    assertThat(letter.value()).isEqualTo(Topics.CHECKPOINTS.serde().encode(dense));
    assertThat(header(letter, DeadLetters.TOPIC)).isEqualTo(Topics.CHECKPOINTS.name());
    assertThat(pruner.outcomes()).hasSize(1);
    assertThat(pruner.unready()).isEmpty();
  }

  private TestRecord<String, byte[]> onlyDeadLetter() {
    var letters = pruner.deadLetters();
    assertThat(letters).hasSize(1);
    return letters.get(0);
  }

  private static String header(TestRecord<String, byte[]> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), UTF_8);
  }
}
