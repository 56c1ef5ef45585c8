package io.topiary.runtime.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.topiary.schemas.Artifact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of every store, wherever its files lie. */
abstract class ArtifactStoreContract {

  /** echo -n weights | sha256sum. */
  static final String SHA256_OF_WEIGHTS =
      "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c";

  @TempDir Path folder;

  /** A store that is empty when a test begins, opened once more or the same. */
  abstract ArtifactStore opened();

  /** What the addresses of its artifacts begin with. */
  abstract String root();

  /** How often writers race. */
  abstract int rounds();

  @Test
  void shouldNameAFileByWhatItHolds() {
    // When
    var artifact = write("weights");

    // Then
    assertThat(artifact)
        .isEqualTo(new Artifact(root() + "blobs/" + SHA256_OF_WEIGHTS, 7L, SHA256_OF_WEIGHTS));
    assertThat(opened().fetch(artifact)).hasContent("weights");
    assertThat(opened().<String>read(artifact, Files::readString)).isEqualTo("weights");
  }

  @Test
  void shouldTakeTheSameContentForTheSameArtifact() throws Exception {
    // Given
    var file = Files.writeString(folder.resolve("weights"), "weights");

    // When
    var written = write("weights");
    var put = opened().put(file);

    // Then
    assertThat(put).isEqualTo(written);
    assertThat(file).exists();
    assertThat(opened().fetch(put)).hasContent("weights");
  }

  @Test
  void shouldTakeContentThatCannotBeWrittenForAFault() {
    assertThatExceptionOfType(ArtifactException.class)
        .isThrownBy(
            () ->
                opened()
                    .write(
                        draft -> {
                          Files.writeString(draft, "half");
                          throw new IOException("disk full");
                        }))
        .withMessageContaining("disk full");
  }

  @Test
  void shouldRefuseAnArtifactThatDoesNotExist() {
    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(
            () ->
                opened()
                    .fetch(new Artifact(root() + "blobs/" + "0".repeat(64), 7L, "0".repeat(64))))
        .withMessageContaining("does not exist");
  }

  @Test
  void shouldRefuseAnArtifactOfAnotherSizeOrDigest() {
    // Given
    var there = write("weights");

    // When, Then
    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> opened().fetch(new Artifact(there.getUri(), 9L, there.getSha256())))
        .withMessageContaining("should have 9 bytes, but it has 7");
    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> opened().fetch(new Artifact(there.getUri(), 7L, "0".repeat(64))))
        .withMessageContaining("should have the SHA-256 000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ROOT../secret",
        "ROOTblobs/../../secret",
        "ROOTblobs/%2e%2e/%2e%2e/secret",
        "http://example.org/weights",
        "file://host/weights",
        "s3://elsewhere/blobs/weights",
        "weights",
        "not a uri",
        ""
      })
  void shouldReadNothingOutsideItsRoot(String address) {
    var artifact = new Artifact(address.replace("ROOT", root()), 7L, SHA256_OF_WEIGHTS);

    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> opened().fetch(artifact))
        .withMessageContaining(" below " + root());
  }

  @Test
  void shouldLetTheFirstResultWinAmongManyWriters() throws Exception {
    // Given
    var writers = 16;
    var start = new CyclicBarrier(writers);
    var pool = Executors.newFixedThreadPool(writers);
    try {
      for (var round = 0; round < rounds(); round++) {
        var id = "job-" + round;
        var commits = new ArrayList<Future<String>>();
        for (var writer = 0; writer < writers; writer++) {
          // Long enough that a reader could meet a part of it.
          var manifest = (id + " by " + writer + " ").repeat(5_000);
          Callable<String> commit =
              () -> {
                start.await();
                return new String(opened().commitResult(id, manifest.getBytes(UTF_8)), UTF_8);
              };
          commits.add(pool.submit(commit));
        }

        // When
        var winners = new HashSet<String>();
        for (var commit : commits) {
          winners.add(commit.get());
        }

        // Then
        assertThat(winners).hasSize(1);
        assertThat(opened().result(id).orElseThrow())
            .isEqualTo(winners.iterator().next().getBytes(UTF_8));
        assertThat(winners.iterator().next()).hasSizeGreaterThan(5_000 * id.length());
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void shouldHaveNoResultBeforeOneIsCommitted() {
    assertThat(opened().result("job")).isEmpty();
    assertThat(opened().commitResult("job", new byte[] {1})).containsExactly(1);
    assertThat(opened().commitResult("job", new byte[] {2})).containsExactly(1);
    assertThat(opened().result("job"))
        .hasValueSatisfying(won -> assertThat(won).containsExactly(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../job", "a/b", ".hidden", "job\n"})
  void shouldTakeNoIdThatCouldLeaveTheFolder(String id) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> opened().commitResult(id, new byte[0]))
        .withMessageContaining("is no id");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> opened().writeSnapshot(id, 1, file -> Files.writeString(file, "x")));
    assertThatIllegalArgumentException().isThrownBy(() -> opened().snapshots(id));
  }

  @Test
  void shouldKeepSnapshotsByJobTheFurthestFirst() {
    // Given
    var third = snapshot("job", 3, "c");
    var tenth = snapshot("job", 10, "j");
    var other = snapshot("job-2", 5, "e");

    // When, Then
    assertThat(opened().snapshots("job")).containsExactly(tenth, third);
    assertThat(opened().snapshots("none")).isEmpty();
    assertThat(opened().<String>readSnapshot(tenth, Files::readString)).contains("j");

    // When
    opened().removeSnapshot(tenth);
    opened().removeSnapshot(tenth);

    // Then
    assertThat(opened().<String>readSnapshot(tenth, Files::readString)).isEmpty();
    assertThat(opened().snapshots("job")).containsExactly(third);
    opened().removeSnapshots("job");
    assertThat(opened().snapshots("job")).isEmpty();
    assertThat(opened().snapshots("job-2")).containsExactly(other);
  }

  Artifact write(String content) {
    return opened().write(draft -> Files.writeString(draft, content));
  }

  private StoredSnapshot snapshot(String job, long iteration, String content) {
    return opened().writeSnapshot(job, iteration, file -> Files.writeString(file, content));
  }
}
