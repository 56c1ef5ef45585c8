package io.topiary.runtime.artifact;

import io.topiary.runtime.StartException;
import io.topiary.schemas.Artifact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The store on S3, or on what speaks its protocol: {@code blobs/<sha256>}, {@code results/<id>} and
 * {@code snapshots/<job>/<iteration>-<sha256>} below the prefix. Every put is conditional on there
 * being no such object ({@code If-None-Match: *}), so the first wins; an object is there whole or
 * not at all. Files of more than a part are sent in parts, one of them in memory at a time.
 *
 * <p>What is written lies in a local draft until it has been sent, and what is fetched in a local
 * copy. Artifacts are named {@code s3://bucket/prefix/blobs/<sha256>}.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html">
 *     Amazon S3, conditional writes</a>
 */
final class S3ArtifactStore implements ArtifactStore, AutoCloseable {

  private static final Pattern SNAPSHOT = Pattern.compile("(\\d{1,18})-([0-9a-f]{64})");

  private static final int LONGEST_KEY = 1_024;

  private static final Comparator<StoredSnapshot> FURTHEST_FIRST =
      Comparator.comparingLong(StoredSnapshot::iteration)
          .reversed()
          .thenComparing(StoredSnapshot::sha256);

  private final S3Settings settings;
  private final S3Objects objects;
  private final Drafts drafts;
  private final ArtifactCopies copies;

  private S3ArtifactStore(S3Settings settings, S3Objects objects) throws IOException {
    this.settings = settings;
    this.objects = objects;
    this.drafts = new Drafts(settings.cache().resolve("drafts"));
    this.copies = new ArtifactCopies(settings.cache().resolve("copies"), settings.cacheBytes());
  }

  /**
   * Opens the store.
   *
   * @throws StartException when the bucket cannot be read and written, when its conditional puts
   *     are not conditional, or when the folder for copies cannot be written
   */
  static S3ArtifactStore open(S3Settings settings) {
    S3Objects objects;
    try {
      objects = new S3Objects(S3Connection.open(settings), settings);
    } catch (SdkException e) {
      throw refused(settings, e);
    }
    try {
      objects.requireBucket();
      var store = new S3ArtifactStore(settings, objects);
      store.drafts.deleteLeftBehind();
      store.tryConditions();
      store.removeSnapshotsOfDoneJobs();
      return store;
    } catch (IOException e) {
      objects.close();
      throw new StartException(
          "%s is %s, but it should be a folder that can be written: %s."
              .formatted(S3Settings.CACHE.name(), settings.cache(), e),
          e);
    } catch (ArtifactException e) {
      objects.close();
      throw refused(settings, e);
    }
  }

  private static StartException refused(S3Settings settings, RuntimeException e) {
    return new StartException(
        "The artifact store %s should be a bucket that can be read, listed and written, but: %s"
            .formatted(settings.shown(), e.getMessage()),
        e);
  }

  @Override
  public Artifact write(Content content) {
    return drafting(
        content,
        draft -> {
          var sha256 = Sha256.of(draft);
          objects.putIfAbsent(blob(sha256), draft);
          return new Artifact(settings.root() + blob(sha256), Files.size(draft), sha256);
        });
  }

  @Override
  public Artifact put(Path file) {
    return write(draft -> Files.copy(file, draft));
  }

  @Override
  public Path fetch(Artifact artifact) {
    var key = key(artifact);
    try {
      var copy = copies.find(artifact);
      return copy.isPresent() ? copy.orElseThrow() : download(artifact, key);
    } catch (IOException e) {
      throw local(e);
    }
  }

  private Path download(Artifact artifact, String key) throws IOException {
    var draft = drafts.path();
    try {
      var size =
          objects
              .download(key, draft, length -> length == artifact.getSize())
              .orElseThrow(
                  () ->
                      new CorruptArtifactException(
                          "The artifact %s does not exist.".formatted(artifact.getUri())));
      if (size != artifact.getSize()) {
        throw new CorruptArtifactException(
            "The artifact %s should have %d bytes, but it has %d."
                .formatted(artifact.getUri(), artifact.getSize(), size));
      }
      return copies.keep(draft, artifact);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  @Override
  public Optional<byte[]> result(String id) {
    return objects.bytes(resultKey(id));
  }

  @Override
  public byte[] commitResult(String id, byte[] manifest) {
    return commit(resultKey(id), manifest);
  }

  /** What won tells who was first; that a put was refused does not, as it may be its own echo. */
  private byte[] commit(String key, byte[] content) {
    if (objects.putIfAbsent(key, content)) {
      return content.clone();
    }
    return objects
        .bytes(key)
        .orElseThrow(
            () ->
                new ArtifactException(
                    "The artifact store %s has an object %s and has none; it will be asked again."
                        .formatted(settings.shown(), key)));
  }

  @Override
  public StoredSnapshot writeSnapshot(String job, long iteration, Content content) {
    FileArtifactStore.requireId(job);
    if (iteration < 0) {
      throw new IllegalArgumentException("a snapshot after " + iteration + " iterations");
    }
    return drafting(
        content,
        draft -> {
          var snapshot = new StoredSnapshot(job, iteration, Sha256.of(draft));
          objects.putIfAbsent(snapshot.toString(), draft);
          return snapshot;
        });
  }

  @Override
  public List<StoredSnapshot> snapshots(String job) {
    return objects.names(snapshotsOf(job)).stream()
        .map(SNAPSHOT::matcher)
        .filter(name -> name.matches())
        .map(name -> new StoredSnapshot(job, Long.parseLong(name.group(1)), name.group(2)))
        .sorted(FURTHEST_FIRST)
        .toList();
  }

  @Override
  public <T> Optional<T> readSnapshot(StoredSnapshot snapshot, Reading<T> reading) {
    FileArtifactStore.requireId(snapshot.job());
    var draft = drafts.path();
    try {
      try {
        if (objects.download(snapshot.toString(), draft, any -> true).isEmpty()) {
          return Optional.empty();
        }
        var sha256 = Sha256.of(draft);
        if (!sha256.equals(snapshot.sha256())) {
          throw new CorruptArtifactException(
              "The snapshot %s should have the SHA-256 in its name, but it has %s."
                  .formatted(snapshot, sha256));
        }
        return Optional.of(reading.readFrom(draft));
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      throw local(e);
    }
  }

  @Override
  public void removeSnapshot(StoredSnapshot snapshot) {
    FileArtifactStore.requireId(snapshot.job());
    objects.delete(snapshot.toString());
  }

  @Override
  public void removeSnapshots(String job) {
    var folder = snapshotsOf(job);
    objects.names(folder).forEach(name -> objects.delete(folder + name));
  }

  @Override
  public void close() {
    objects.close();
  }

  /** Whoever was to remove a done job's snapshots may have crashed before. */
  private void removeSnapshotsOfDoneJobs() {
    for (var job : objects.names("snapshots/")) {
      if (FileArtifactStore.isId(job) && objects.size(resultKey(job)).isPresent()) {
        removeSnapshots(job);
      }
    }
  }

  /** The first result would not win where a store overlooks the condition. */
  private void tryConditions() {
    var probe = "probes/" + UUID.randomUUID();
    try {
      if (commit(probe, new byte[] {1})[0] != 1 || commit(probe, new byte[] {2})[0] != 1) {
        throw new ArtifactException("it does not heed If-None-Match, as it should.");
      }
    } finally {
      objects.delete(probe);
    }
  }

  private <T> T drafting(Content content, Drafts.Placing<T> placing) {
    try {
      return drafts.write(content, placing);
    } catch (IOException e) {
      throw local(e);
    }
  }

  private ArtifactException local(IOException e) {
    return new ArtifactException(
        "The artifact store %s cannot be used at the moment, as files for it in %s cannot: %s."
            .formatted(settings.shown(), settings.cache(), e),
        e);
  }

  /** Its key below the prefix. */
  private String key(Artifact artifact) {
    var uri = artifact.getUri();
    var key = uri.startsWith(settings.root()) ? uri.substring(settings.root().length()) : "";
    // No store has longer keys; it would refuse them as if it were at fault.
    if (key.isEmpty()
        || settings.prefix().length() + key.length() > LONGEST_KEY
        || !key.matches("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
        || List.of(key.split("/")).stream().anyMatch(name -> name.matches("\\.+"))) {
      throw new CorruptArtifactException(
          "The artifact %s should be an object below %s, of a key of at most %d characters."
              .formatted(
                  uri.substring(0, Math.min(uri.length(), LONGEST_KEY)),
                  settings.root(),
                  LONGEST_KEY));
    }
    return key;
  }

  private static String blob(String sha256) {
    return "blobs/" + sha256;
  }

  private static String resultKey(String id) {
    return "results/" + FileArtifactStore.requireId(id);
  }

  private static String snapshotsOf(String job) {
    return "snapshots/" + FileArtifactStore.requireId(job) + "/";
  }
}
