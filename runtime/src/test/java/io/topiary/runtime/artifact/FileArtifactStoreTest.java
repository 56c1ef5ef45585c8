package io.topiary.runtime.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.topiary.runtime.StartException;
import io.topiary.schemas.Artifact;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileArtifactStoreTest extends ArtifactStoreContract {

  private Path root;
  private FileArtifactStore store;

  @BeforeEach
  void open() throws IOException {
    root = Files.createDirectory(folder.resolve("store")).toRealPath();
    store = FileArtifactStore.open(root);
  }

  @Override
  ArtifactStore opened() {
    return store;
  }

  @Override
  String root() {
    return root.toUri().toString();
  }

  @Override
  int rounds() {
    return 25;
  }

  @AfterEach
  void shouldLeaveNoDraft() {
    if (Files.exists(root)) {
      assertThat(files("tmp")).allMatch(file -> file.endsWith("fresh"));
    }
  }

  @Test
  void shouldKeepTheSameContentOnce() throws Exception {
    // Given
    var file = Files.writeString(folder.resolve("weights"), "weights");

    // When
    var written = store("weights");
    var put = store.put(file);

    // Then
    assertThat(put).isEqualTo(written);
    assertThat(files("blobs")).hasSize(1);
    assertThat(file).exists();
  }

  @Test
  void shouldLeaveNothingWhenWritingFails() {
    // When
    assertThatExceptionOfType(ArtifactException.class)
        .isThrownBy(
            () ->
                store.write(
                    draft -> {
                      Files.writeString(draft, "half");
                      throw new IOException("disk full");
                    }))
        .withMessageContaining("disk full");

    // Then
    assertThat(files("blobs")).isEmpty();
    assertThat(files("tmp")).isEmpty();
  }

  @Test
  void shouldRefuseAFileThatIsNotWhatTheArtifactSays() throws Exception {
    // Given
    var artifact = store("weights");
    store.fetch(artifact);

    // When
    Files.writeString(Path.of(URI.create(artifact.getUri())), "Weights");

    // Then
    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> store.fetch(artifact))
        .withMessageContaining("should have the SHA-256 " + artifact.getSha256());
  }

  @Test
  void shouldRefuseATruncatedFile() throws Exception {
    // Given
    var artifact = store("weights");

    // When
    Files.writeString(Path.of(URI.create(artifact.getUri())), "weigh");

    // Then
    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> store.fetch(artifact))
        .withMessageContaining("should have 7 bytes, but it has 5");
  }

  @Test
  void shouldRefuseAMissingFileAsPoisonButAMissingStoreAsAFault() throws Exception {
    // Given
    var artifact = store("weights");
    Files.delete(store.fetch(artifact));

    // When, Then
    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> store.fetch(artifact))
        .withMessageContaining("does not exist");
    Files.move(root, folder.resolve("unmounted"));
    assertThatExceptionOfType(ArtifactException.class).isThrownBy(() -> store.fetch(artifact));
    assertThatExceptionOfType(ArtifactException.class).isThrownBy(() -> store("more"));
    assertThatExceptionOfType(ArtifactException.class).isThrownBy(() -> store.result("job"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "STORE/../secret",
        "STORE/blobs/../../secret",
        "STORE/blobs/%2e%2e/%2e%2e/secret",
        "FOLDER/secret",
        "STORE/blobs/link",
        "STORE/linked/secret"
      })
  void shouldHandOutNothingFromOutside(String path) throws Exception {
    // Given
    var secret = Files.writeString(folder.resolve("secret"), "weights");
    Files.createSymbolicLink(root.resolve("blobs").resolve("link"), secret);
    Files.createSymbolicLink(root.resolve("linked"), folder);
    var uri =
        path.replace("STORE", "file://" + root).replace("FOLDER", "file://" + root.getParent());

    // When, Then
    assertRefused(uri);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.org/weights",
        "jar:file:/weights.jar!/weights",
        "file://host/weights",
        "file:weights",
        "weights",
        "",
        "not a uri",
        "file:///nul%00byte"
      })
  void shouldRefuseWhatNamesNoFile(String uri) {
    // When, Then
    assertRefused(uri);
  }

  @ParameterizedTest
  @ValueSource(strings = {"STORE/blobs/BLOB/inside", "STORE/blobs/LONG"})
  void shouldNotWaitForAFileThatCanNeverBe(String path) {
    // Given
    var blob = store("weights").getSha256();
    var uri =
        path.replace("STORE", "file://" + root)
            .replace("BLOB", blob)
            .replace("LONG", "a".repeat(256));

    // When, Then
    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> store.fetch(new Artifact(uri, 7L, SHA256_OF_WEIGHTS)))
        .withMessageEndingWith("does not exist.");
  }

  @Test
  void shouldRefuseADirectory() {
    // When, Then
    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(
            () ->
                store.fetch(
                    new Artifact(root.resolve("blobs").toUri().toString(), 0L, SHA256_OF_WEIGHTS)))
        .withMessageContaining("is no file");
  }

  @Test
  void shouldRemoveWhatACrashLeftBehindButNotWhatIsBeingWritten() throws Exception {
    // Given
    var old = Files.writeString(root.resolve("tmp").resolve("old"), "half");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    var fresh = Files.writeString(root.resolve("tmp").resolve("fresh"), "half");

    // When
    FileArtifactStore.open(root);

    // Then
    assertThat(old).doesNotExist();
    assertThat(fresh).exists();
  }

  @Test
  void shouldOpenWhileOthersOpenAndWrite() throws Exception {
    // Given
    var others = 8;
    var start = new CyclicBarrier(others);
    var pool = Executors.newFixedThreadPool(others);
    try {
      Callable<Void> openOften =
          () -> {
            start.await();
            for (var i = 0; i < 50; i++) {
              FileArtifactStore.open(root).write(draft -> Files.writeString(draft, "weights"));
            }
            return null;
          };

      // When
      var opened = pool.invokeAll(Collections.nCopies(others, openOften));

      // Then
      for (var each : opened) {
        each.get();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void shouldSayThatTheFolderCannotBeWritten() throws Exception {
    // Given
    var file = Files.writeString(folder.resolve("file"), "in the way");

    // When, Then
    assertThatExceptionOfType(StartException.class)
        .isThrownBy(() -> FileArtifactStore.open(file))
        .withMessageContaining(file.toString());
  }

  private void assertRefused(String uri) {
    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> store.fetch(new Artifact(uri, 7L, SHA256_OF_WEIGHTS)))
        .withMessageContaining("should be a file below " + root.toUri());
  }

  private Artifact store(String content) {
    return store.write(draft -> Files.writeString(draft, content));
  }

  private List<Path> files(String name) {
    try (Stream<Path> files = Files.list(root.resolve(name))) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
