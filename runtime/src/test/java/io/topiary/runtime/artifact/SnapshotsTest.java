package io.topiary.runtime.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.sparsity.safetensors.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotsTest {

  /** echo -n weights | sha256sum. */
  private static final String SHA256_OF_WEIGHTS =
      "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c";

  @TempDir private Path folder;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private FileArtifactStore store;
  private Snapshots snapshots;

  @BeforeEach
  void open() {
    store = FileArtifactStore.open(folder);
    snapshots = new Snapshots(store, registry);
  }

  @Test
  void shouldNameASnapshotByItsJobItsIterationAndWhatItHolds() {
    // When
    assertThat(offer("job", 120, "weights")).isTrue();

    // Then
    assertThat(folder.resolve("snapshots/job/120-" + SHA256_OF_WEIGHTS)).hasContent("weights");
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
    assertThat(counter("written")).isEqualTo(1);
  }

  @Test
  void shouldFindTheFurthestByNumberNotByName() {
    // Given
    offer("job", 9, "nine");
    offer("job", 10, "ten");
    offer("other", 500, "not its");

    // When, Then
    assertThat(found("job")).isEqualTo("10 ten");
    assertThat(progress("job")).isEqualTo(10);
  }

  @Test
  void shouldFindNoneWhereThereIsNone() {
    // When, Then
    assertThat(found("job")).isEqualTo("none");
    assertThat(progress("job")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "te", "tex", "something else"})
  void shouldRefuseATornOrForeignOneAndUseTheOneBeforeIt(String content) throws Exception {
    // Given
    offer("job", 9, "nine");
    offer("job", 10, "ten");

    // When
    Files.writeString(only("job", 10), content);

    // Then
    assertThat(found("job")).isEqualTo("9 nine");
    assertThat(counter("refused")).isEqualTo(1);
    assertThat(progress("job")).isEqualTo(9);
    var torn = store.snapshots("job").get(0);
    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> store.readSnapshot(torn, Files::readString))
        .withMessageStartingWith("The snapshot " + torn + " should have the SHA-256 in its name");
  }

  @Test
  void shouldUseTheOneBeforeAnotherThatItsReaderRefuses() {
    // Given what is no safetensors file, and what its reader accepts
    offer("job", 9, "nine");
    offer("job", 10, "ten");

    // When
    var found =
        snapshots.furthest(
            "job",
            file -> {
              var text = Files.readString(file);
              if (text.equals("ten")) {
                SafetensorsFile.open(file);
              }
              return text;
            });

    // Then
    assertThat(found).contains(new Snapshots.Found<>(9, "nine"));
    assertThat(counter("refused")).isEqualTo(1);
    assertThat(counter("used")).isEqualTo(1);
  }

  @Test
  void shouldTakeTheNextWhenOneIsRemovedWhileItIsRead() {
    // Given
    offer("job", 9, "nine");
    offer("job", 10, "ten");

    // When
    var found =
        snapshots.furthest(
            "job",
            file -> {
              if (file.getFileName().toString().startsWith("10-")) {
                Files.delete(file);
              }
              return Files.readString(file);
            });

    // Then
    assertThat(found).contains(new Snapshots.Found<>(9, "nine"));
  }

  @Test
  void shouldLookAgainWhenAnotherHolderWroteANewOneAndThinnedTheOthers() {
    // Given
    offer("job", 9, "nine");
    offer("job", 10, "ten");

    // When
    var found =
        snapshots.furthest(
            "job",
            file -> {
              if (file.getFileName().toString().startsWith("10-")) {
                offer("job", 11, "eleven");
                offer("job", 12, "twelve");
              }
              return Files.readString(file);
            });

    // Then
    assertThat(found).contains(new Snapshots.Found<>(12, "twelve"));
  }

  @Test
  void shouldFindNoneWhenAllAreRemovedWhileTheyAreRead() {
    // Given
    offer("job", 10, "ten");

    // When
    var found =
        snapshots.furthest(
            "job",
            file -> {
              snapshots.remove("job");
              return Files.readString(file);
            });

    // Then
    assertThat(found).isEmpty();
  }

  @Test
  void shouldBeAFaultWhenSnapshotsGoAsFastAsTheyAreRead() {
    // Given
    offer("job", 1, "content");
    var iteration = new AtomicLong(1);

    // When, Then
    assertThatExceptionOfType(ArtifactException.class)
        .isThrownBy(
            () ->
                snapshots.furthest(
                    "job",
                    file -> {
                      snapshots.remove("job");
                      offer("job", iteration.incrementAndGet(), "content");
                      return Files.readString(file);
                    }))
        .withMessage("Another holder of job job removes its snapshots at the moment.");
  }

  @Test
  void shouldNotCountWhatItsCheckRefusesAsProgress() {
    // Given
    offer("job", 9, "nine");
    offer("job", 10, "ten");

    // When
    var progress =
        snapshots.progress(
            "job",
            file -> {
              if (Files.readString(file).equals("ten")) {
                throw new CorruptArtifactException("Not this one.");
              }
            });

    // Then
    assertThat(progress).isEqualTo(9);
  }

  @Test
  void shouldRefuseWhatIsNoRegularFileAndUseTheOneBefore() throws Exception {
    // Given
    offer("job", 9, "nine");
    var sha256 = "0".repeat(64);
    Files.createDirectories(folder.resolve("snapshots/job/10-" + sha256 + "/inside"));
    Files.createSymbolicLink(folder.resolve("snapshots/job/11-" + sha256), Path.of("11-" + sha256));

    // When, Then
    assertThat(found("job")).isEqualTo("9 nine");
    assertThat(progress("job")).isEqualTo(9);
    assertThat(counter("refused")).isEqualTo(4);

    // Then it is no obstacle to others, nor to the end of the job
    assertThat(offer("job", 12, "twelve")).isTrue();
    assertThat(offer("job", 13, "thirteen")).isTrue();
    assertThat(found("job")).isEqualTo("13 thirteen");
    snapshots.remove("job");
    assertThat(found("job")).isEqualTo("none");
  }

  @Test
  void shouldTakeAFileInPlaceOfTheFolderForNoSnapshots() throws Exception {
    // Given
    Files.writeString(folder.resolve("snapshots/job"), "no folder");

    // When, Then
    assertThat(found("job")).isEqualTo("none");
    assertThat(offer("job", 1, "content")).isFalse();
  }

  @Test
  void shouldKeepTheNewestTwo() {
    // When
    for (var iteration = 1; iteration <= 5; iteration++) {
      offer("job", iteration, "at " + iteration);
    }

    // Then
    assertThat(store.snapshots("job"))
        .extracting(StoredSnapshot::iteration)
        .containsExactly(5L, 4L);
  }

  @Test
  void shouldLeaveAloneWhatAnotherHolderHasThatIsFurther() {
    // Given
    offer("job", 20, "theirs");
    offer("job", 30, "theirs, too");

    // When
    for (var iteration = 1; iteration <= 3; iteration++) {
      offer("job", iteration, "ours");
    }

    // Then
    assertThat(store.snapshots("job"))
        .extracting(StoredSnapshot::iteration)
        .containsExactly(30L, 20L, 3L, 2L);
  }

  @Test
  void shouldLetTwoHoldersWriteTheSameAndDifferentOnes() {
    // When
    offer("job", 10, "same");
    offer("job", 10, "same");
    offer("job", 10, "of another processor");

    // Then
    assertThat(store.snapshots("job"))
        .extracting(StoredSnapshot::iteration)
        .containsExactly(10L, 10L);
    assertThat(progress("job")).isEqualTo(10);
  }

  @Test
  void shouldStayWholeWhileManyHoldersWriteReadAndRemove() throws Exception {
    // Given
    var holders = 6;
    var start = new CyclicBarrier(holders);
    var pool = Executors.newFixedThreadPool(holders);
    var tasks = new ArrayList<Callable<Void>>();
    for (var i = 0; i < holders; i++) {
      var holder = i;
      tasks.add(
          () -> {
            start.await();
            for (var iteration = 1; iteration <= 40; iteration++) {
              offer("job", iteration, "at " + iteration + (holder % 2 == 0 ? "" : ", otherwise"));
              // Whatever is found is whole; that none is found is the remover's doing.
              assertThat(foundOrGone("job")).matches("none|(\\d+) at \\1(, otherwise)?");
              if (holder == 0 && iteration % 10 == 0) {
                snapshots.remove("job");
              }
            }
            return null;
          });
    }

    // When
    try {
      for (var each : pool.invokeAll(tasks)) {
        each.get();
      }
    } finally {
      pool.shutdownNow();
    }

    // Then
    assertThat(counter("refused")).isZero();
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
    snapshots.remove("job");
    assertThat(folder.resolve("snapshots")).isEmptyDirectory();
  }

  @Test
  void shouldGoOnWithoutASnapshotWhenTheStoreIsAway() throws Exception {
    // Given
    Files.delete(folder.resolve("snapshots"));

    // When, Then
    assertThat(offer("job", 1, "weights")).isFalse();
    assertThat(counter("failed")).isEqualTo(1);
    assertThat(folder.resolve("snapshots")).doesNotExist();
    assertThatExceptionOfType(ArtifactException.class).isThrownBy(() -> progress("job"));
  }

  @Test
  void shouldLeaveNothingOfASnapshotThatCouldNotBeWritten() {
    // When
    var stored =
        snapshots.offer(
            "job",
            1,
            file -> {
              Files.writeString(file, "half");
              throw new IOException("disk full");
            });

    // Then
    assertThat(stored).isFalse();
    assertThat(found("job")).isEqualTo("none");
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void shouldIgnoreWhatIsNoSnapshot() throws Exception {
    // Given
    offer("job", 1, "weights");
    Files.writeString(folder.resolve("snapshots/job/9999-.nfs0001"), "x");

    // When, Then
    assertThat(found("job")).isEqualTo("1 weights");
    snapshots.remove("job");
    assertThat(store.snapshots("job")).isEmpty();
  }

  @Test
  void shouldRemoveWhatDoneJobsLeftBehindWhenItIsOpened() {
    // Given
    offer("done", 1, "weights");
    offer("open", 1, "weights");
    store.commitResult("done", new byte[] {1});

    // When
    FileArtifactStore.open(folder);

    // Then
    assertThat(names()).containsExactly("open");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../results", "a/b", ".hidden"})
  void shouldTakeNoJobThatCouldLeaveTheFolder(String job) {
    // When, Then
    assertThatIllegalArgumentException().isThrownBy(() -> snapshots.remove(job));
    assertThatIllegalArgumentException().isThrownBy(() -> offer(job, 1, "weights"));
  }

  private boolean offer(String job, long iteration, String content) {
    return snapshots.offer(job, iteration, file -> Files.writeString(file, content));
  }

  private String found(String job) {
    return snapshots
        .furthest(job, Files::readString)
        .map(found -> found.iteration() + " " + found.content())
        .orElse("none");
  }

  /** What many holders thin out at a time may go as fast as one of them looks. */
  private String foundOrGone(String job) {
    try {
      return found(job);
    } catch (ArtifactException e) {
      return "none";
    }
  }

  private long progress(String job) {
    return snapshots.progress(job, file -> {});
  }

  private double counter(String name) {
    return registry.get("topiary.snapshots." + name).counter().count();
  }

  private Path only(String job, long iteration) {
    return list(folder.resolve("snapshots").resolve(job)).stream()
        .filter(file -> file.getFileName().toString().startsWith(iteration + "-"))
        .findFirst()
        .orElseThrow();
  }

  private List<String> names() {
    return list(folder.resolve("snapshots")).stream()
        .map(file -> file.getFileName().toString())
        .toList();
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
