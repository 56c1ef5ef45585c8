package io.topiary.runtime.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.Setting;
import io.topiary.schemas.Artifact;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store on a file system, local or shared: {@code blobs/<sha256>}, {@code results/<id>} and
 * {@code snapshots/<job>/<iteration>-<sha256>}. Whatever is written lies in {@code tmp/} of the
 * same file system first, is synced, and then takes its name in one step: by rename for a blob or a
 * snapshot, by hard link for a result, as a link fails when the name is taken. The directory is
 * synced before a method returns.
 */
public final class FileArtifactStore implements ArtifactStore {

  static final Setting<Optional<Path>> DIRECTORY =
      Setting.path("topiary.artifacts.dir", "folder of the artifact store, shared by all services")
          .optional();

  static final List<Setting<?>> SETTINGS = List.of(DIRECTORY);

  private static final Logger log = LoggerFactory.getLogger(FileArtifactStore.class);

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /** Bytes in a file's name, beyond which no common file system goes. */
  private static final int LONGEST_NAME = 255;

  /** The store's folder with every symbolic link resolved. */
  private final Path root;

  private final Path blobs;
  private final Path results;
  private final Drafts drafts;
  private final SnapshotFolder snapshots;
  private final VerifiedFiles verified = new VerifiedFiles();

  private FileArtifactStore(Path root) throws IOException {
    this.root = Files.createDirectories(root).toRealPath();
    this.blobs = Files.createDirectories(this.root.resolve("blobs"));
    this.results = Files.createDirectories(this.root.resolve("results"));
    this.drafts = new Drafts(this.root.resolve("tmp"));
    this.snapshots = new SnapshotFolder(this.root.resolve("snapshots"), drafts);
  }

  /**
   * Opens the store, creating its folders where they are missing.
   *
   * @throws StartException when the folder cannot be written, or its file system has no hard links
   */
  public static FileArtifactStore open(Path directory) {
    try {
      var store = new FileArtifactStore(directory);
      store.drafts.deleteLeftBehind();
      store.removeSnapshotsOfDoneJobs();
      store.tryLink();
      return store;
    } catch (IOException | UnsupportedOperationException e) {
      throw new StartException(
          "The artifact store %s should be a folder that can be written, on a file system with hard links, but: %s."
              .formatted(directory, e),
          e);
    }
  }

  @Override
  public Artifact write(Content content) {
    try {
      return drafts.write(
          content,
          draft -> {
            var sha256 = Sha256.of(draft);
            var size = Files.size(draft);
            var blob = blobs.resolve(sha256);
            Files.move(draft, blob, StandardCopyOption.ATOMIC_MOVE);
            Drafts.syncDirectory(blobs);
            return new Artifact(blob.toUri().toString(), size, sha256);
          });
    } catch (IOException e) {
      throw fault("be written", e);
    }
  }

  @Override
  public Artifact put(Path file) {
    return write(draft -> Files.copy(file, draft));
  }

  @Override
  public Path fetch(Artifact artifact) {
    var named = path(artifact);
    try {
      var file = named.toRealPath();
      if (!file.startsWith(root)) {
        throw outside(artifact);
      }
      verified.check(file, artifact);
      return file;
    } catch (IOException e) {
      throw cannotBeRead(artifact, named, e);
    }
  }

  @Override
  public Optional<byte[]> result(String id) {
    try {
      var result = Files.readAllBytes(resultFile(id));
      // Who committed it may not have come to this yet: a crash could still let another one win.
      Drafts.syncDirectory(results);
      return Optional.of(result);
    } catch (NoSuchFileException e) {
      if (!Files.isDirectory(results)) {
        throw fault("be read", e);
      }
      return Optional.empty();
    } catch (IOException e) {
      throw fault("be read", e);
    }
  }

  @Override
  public byte[] commitResult(String id, byte[] manifest) {
    var result = resultFile(id);
    try {
      try {
        drafts.write(
            draft -> Files.write(draft, manifest), draft -> Files.createLink(result, draft));
      } catch (FileAlreadyExistsException e) {
        // Another attempt was first.
      }
      Drafts.syncDirectory(results);
      return Files.readAllBytes(result);
    } catch (IOException e) {
      throw fault("be written", e);
    }
  }

  @Override
  public StoredSnapshot writeSnapshot(String job, long iteration, Content content) {
    try {
      return snapshots.write(job, iteration, content);
    } catch (IOException e) {
      throw fault("be written", e);
    }
  }

  @Override
  public List<StoredSnapshot> snapshots(String job) {
    try {
      return snapshots.list(job);
    } catch (IOException e) {
      throw fault("be read", e);
    }
  }

  @Override
  public <T> Optional<T> readSnapshot(StoredSnapshot snapshot, Reading<T> reading) {
    try {
      return snapshots.read(snapshot, reading);
    } catch (IOException e) {
      throw fault("be read", e);
    }
  }

  @Override
  public void removeSnapshot(StoredSnapshot snapshot) {
    try {
      snapshots.remove(snapshot);
    } catch (IOException e) {
      throw fault("be written", e);
    }
  }

  @Override
  public void removeSnapshots(String job) {
    try {
      snapshots.removeAll(job);
    } catch (IOException e) {
      throw fault("be written", e);
    }
  }

  /** The artifact is at fault when the store is there and will never have such a file. */
  private RuntimeException cannotBeRead(Artifact artifact, Path named, IOException e) {
    if (!Files.isDirectory(blobs)) {
      return fault("be read", e);
    }
    if (e instanceof NoSuchFileException || cannotExist(named)) {
      return new CorruptArtifactException("The artifact " + artifact.getUri() + " does not exist.");
    }
    return named.startsWith(root) ? fault("be read", e) : outside(artifact);
  }

  /** Whether a name in it is too long for a file, or leads through a file as if into a folder. */
  private static boolean cannotExist(Path file) {
    for (var name : file) {
      if (name.toString().getBytes(UTF_8).length > LONGEST_NAME) {
        return true;
      }
    }
    for (var folder = file.getParent(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder) && !Files.isDirectory(folder)) {
        return true;
      }
    }
    return false;
  }

  private CorruptArtifactException outside(Artifact artifact) {
    return new CorruptArtifactException(
        "The artifact %s should be a file below %s.".formatted(artifact.getUri(), root.toUri()));
  }

  private Path path(Artifact artifact) {
    try {
      var uri = new URI(artifact.getUri());
      if ("file".equals(uri.getScheme())) {
        var path = Path.of(uri);
        if (path.equals(path.normalize())) {
          return path;
        }
      }
    } catch (URISyntaxException | IllegalArgumentException e) {
      log.debug("{} names no file", artifact.getUri(), e);
    }
    throw outside(artifact);
  }

  private Path resultFile(String id) {
    return results.resolve(requireId(id));
  }

  static boolean isId(String id) {
    return ID.matcher(id).matches();
  }

  static String requireId(String id) {
    if (!isId(id)) {
      throw new IllegalArgumentException("\"" + id + "\" is no id: " + ID.pattern());
    }
    return id;
  }

  /** Whoever was to remove a done job's snapshots may have crashed before. */
  private void removeSnapshotsOfDoneJobs() throws IOException {
    for (var job : snapshots.jobs()) {
      if (isId(job) && Files.exists(results.resolve(job))) {
        snapshots.removeAll(job);
      }
    }
  }

  private void tryLink() throws IOException {
    var draft = Files.createFile(drafts.path());
    var link = drafts.path();
    try {
      Files.createLink(link, draft);
    } finally {
      Files.deleteIfExists(link);
      Files.deleteIfExists(draft);
    }
  }

  private ArtifactException fault(String what, IOException e) {
    return new ArtifactException(
        "The artifact store %s cannot %s at the moment: %s.".formatted(root, what, e), e);
  }
}
