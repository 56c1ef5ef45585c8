package io.topiary.trainer;

import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.StoredSnapshot;
import io.topiary.schemas.Artifact;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A store like another, but for what a test makes different. */
abstract class OtherStore implements ArtifactStore {

  private final ArtifactStore store;

  OtherStore(ArtifactStore store) {
    this.store = store;
  }

  @Override
  public Artifact write(Content content) {
    return store.write(content);
  }

  @Override
  public Artifact put(Path file) {
    return store.put(file);
  }

  @Override
  public Path fetch(Artifact artifact) {
    return store.fetch(artifact);
  }

  @Override
  public Optional<byte[]> result(String id) {
    return store.result(id);
  }

  @Override
  public byte[] commitResult(String id, byte[] manifest) {
    return store.commitResult(id, manifest);
  }

  @Override
  public StoredSnapshot writeSnapshot(String job, long iteration, Content content) {
    return store.writeSnapshot(job, iteration, content);
  }

  @Override
  public List<StoredSnapshot> snapshots(String job) {
    return store.snapshots(job);
  }

  @Override
  public <T> Optional<T> readSnapshot(StoredSnapshot snapshot, Reading<T> reading) {
    return store.readSnapshot(snapshot, reading);
  }

  @Override
  public void removeSnapshot(StoredSnapshot snapshot) {
    store.removeSnapshot(snapshot);
  }

  @Override
  public void removeSnapshots(String job) {
    store.removeSnapshots(job);
  }
}
