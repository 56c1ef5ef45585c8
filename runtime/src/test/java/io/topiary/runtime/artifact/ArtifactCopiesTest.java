package io.topiary.runtime.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.Artifact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactCopiesTest {

  /** Each copy has 10 bytes, so that two fit. */
  private static final long ROOM = 25;

  @TempDir private Path folder;
  private ArtifactCopies before;
  private ArtifactCopies copies;

  @BeforeEach
  void open() throws IOException {
    before = new ArtifactCopies(folder.resolve("copies"), 1_000);
    copies = new ArtifactCopies(folder.resolve("copies"), ROOM);
  }

  @Test
  void shouldLetTheCopiesGoThatWereUsedLongestAgo() throws Exception {
    // Given copies of another process
    var first = copy(before, "the first.");
    var second = copy(before, "the second");
    var third = copy(before, "the third.");
    usedBefore(first, Duration.ofHours(1));
    usedBefore(second, Duration.ofHours(3));
    usedBefore(third, Duration.ofHours(2));

    // When
    var fourth = copy(copies, "the fourth");

    // Then
    assertThat(copies.find(second)).isEmpty();
    assertThat(copies.find(third)).isEmpty();
    assertThat(copies.find(first)).isPresent();
    assertThat(copies.find(fourth)).isPresent();
  }

  @Test
  void shouldKeepWhatWasUsedAMomentAgoHoweverMuchItIs() throws Exception {
    // Given
    var first = copy(copies, "the first.");
    usedBefore(first, Duration.ofHours(1));
    var second = copy(copies, "the second");

    // When
    var third = copy(copies, "the third.");

    // Then
    assertThat(copies.find(first)).isPresent();
    assertThat(copies.find(second)).isPresent();
    assertThat(copies.find(third)).isPresent();
  }

  @Test
  void shouldKeepWhatAnotherProcessUsedAMomentAgo() throws Exception {
    // Given
    var used = copy(before, "the first.");
    var unused = copy(before, "the second");
    usedBefore(used, Duration.ofHours(3));
    usedBefore(unused, Duration.ofHours(2));
    assertThat(before.find(used)).isPresent();

    // When
    var third = copy(copies, "the third.");

    // Then
    assertThat(copies.find(used)).isPresent();
    assertThat(copies.find(unused)).isEmpty();
    assertThat(copies.find(third)).isPresent();
  }

  @Test
  void shouldNotLoseAGoodCopyToAnArtifactOfTheWrongSize() throws Exception {
    // Given
    var artifact = copy(copies, "the first.");

    // When
    var found = copies.find(new Artifact(artifact.getUri(), 11L, artifact.getSha256()));

    // Then
    assertThat(found).isEmpty();
    assertThat(copies.find(artifact)).isPresent();
  }

  @Test
  void shouldDropACopyThatIsNotWhole() throws Exception {
    // Given
    var artifact = copy(copies, "the first.");
    var file = copies.find(artifact).orElseThrow();
    Files.writeString(file, "the fir");

    // When, Then
    assertThat(copies.find(artifact)).isEmpty();
    assertThat(file).doesNotExist();
  }

  private Artifact copy(ArtifactCopies into, String content) throws IOException {
    var draft = Files.writeString(folder.resolve("draft"), content);
    var sha256 = Sha256.of(draft);
    var artifact = new Artifact("s3://bucket/blobs/" + sha256, (long) content.length(), sha256);
    into.keep(draft, artifact);
    return artifact;
  }

  private void usedBefore(Artifact artifact, Duration age) throws IOException {
    Files.setLastModifiedTime(
        folder.resolve("copies").resolve(artifact.getSha256()),
        FileTime.from(Instant.now().minus(age)));
  }
}
