package io.topiary.runtime.artifact;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.topiary.schemas.Artifact;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A store whose calls are timed, by whether they read or wrote and by how they ended: {@code ok},
 * {@code corrupt} for an artifact that is not what it should be, {@code failed} when the store did
 * not answer. A write takes as long as its content takes to be written.
 */
public final class MeteredArtifactStore implements ArtifactStore {

  private enum Operation {
    READ,
    WRITE
  }

  private enum Result {
    OK,
    CORRUPT,
    FAILED
  }

  private record Ending(Operation operation, Result result) {}

  private final ArtifactStore store;
  private final MeterRegistry registry;
  private final Map<Ending, Timer> calls = new HashMap<>();

  /** All calls are there from the start, as 0: the first that fails is a step, then. */
  public MeteredArtifactStore(ArtifactStore store, MeterRegistry registry) {
    this.store = store;
    this.registry = registry;
    for (var operation : Operation.values()) {
      for (var result : Result.values()) {
        calls.put(new Ending(operation, result), timer(operation, result));
      }
    }
  }

  @Override
  public Artifact write(Content content) {
    return timed(Operation.WRITE, () -> store.write(content));
  }

  @Override
  public Artifact put(Path file) {
    return timed(Operation.WRITE, () -> store.put(file));
  }

  @Override
  public Path fetch(Artifact artifact) {
    return timed(Operation.READ, () -> store.fetch(artifact));
  }

  @Override
  public <T> T read(Artifact artifact, Reading<T> reading) {
    return timed(Operation.READ, () -> store.read(artifact, reading));
  }

  @Override
  public Optional<byte[]> result(String id) {
    return timed(Operation.READ, () -> store.result(id));
  }

  @Override
  public byte[] commitResult(String id, byte[] manifest) {
    return timed(Operation.WRITE, () -> store.commitResult(id, manifest));
  }

  @Override
  public StoredSnapshot writeSnapshot(String job, long iteration, Content content) {
    return timed(Operation.WRITE, () -> store.writeSnapshot(job, iteration, content));
  }

  @Override
  public List<StoredSnapshot> snapshots(String job) {
    return timed(Operation.READ, () -> store.snapshots(job));
  }

  @Override
  public <T> Optional<T> readSnapshot(StoredSnapshot snapshot, Reading<T> reading) {
    return timed(Operation.READ, () -> store.readSnapshot(snapshot, reading));
  }

  @Override
  public void removeSnapshot(StoredSnapshot snapshot) {
    timed(
        Operation.WRITE,
        () -> {
          store.removeSnapshot(snapshot);
          return snapshot;
        });
  }

  @Override
  public void removeSnapshots(String job) {
    timed(
        Operation.WRITE,
        () -> {
          store.removeSnapshots(job);
          return job;
        });
  }

  /** What else goes wrong, such as content that cannot be used, is no matter of the store's. */
  private <T> T timed(Operation operation, Supplier<T> call) {
    var sample = Timer.start(registry);
    var result = Result.OK;
    try {
      return call.get();
    } catch (ArtifactException e) {
      result = Result.FAILED;
      throw e;
    } catch (CorruptArtifactException e) {
      result = Result.CORRUPT;
      throw e;
    } finally {
      sample.stop(Objects.requireNonNull(calls.get(new Ending(operation, result))));
    }
  }

  private Timer timer(Operation operation, Result result) {
    return Timer.builder("topiary.artifacts.calls")
        .description("calls of the artifact store, by whether they read or wrote, and their result")
        .tag("operation", operation.name().toLowerCase(Locale.ROOT))
        .tag("result", result.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }
}
