package io.topiary.runtime.artifact;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.topiary.sparsity.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How jobs use the store's snapshots: the furthest that is in order counts, one that is not is
 * refused with a sentence, and the one before it is used. Safe for many threads.
 */
public final class Snapshots {

  private static final Logger log = LoggerFactory.getLogger(Snapshots.class);

  /** Another holder of a job may remove what was just listed; whoever does has written another. */
  private static final int LISTINGS = 3;

  /**
   * A snapshot that was read.
   *
   * @param iteration iterations that were done by then
   */
  public record Found<T>(long iteration, T content) {}

  /** Looks at a snapshot's file without reading all of it. */
  @FunctionalInterface
  public interface Check {
    void check(Path file) throws IOException;
  }

  private final ArtifactStore store;
  private final Counter written;
  private final Counter used;
  private final Counter refused;
  private final Counter failed;

  public Snapshots(ArtifactStore store, MeterRegistry registry) {
    this.store = store;
    this.written = counter(registry, "written", "snapshots that were stored");
    this.used = counter(registry, "used", "snapshots that jobs went on from: resumes");
    this.refused = counter(registry, "refused", "snapshots that were not in order");
    this.failed = counter(registry, "failed", "snapshots that could not be stored");
  }

  private static Counter counter(MeterRegistry registry, String what, String description) {
    return Counter.builder("topiary.snapshots." + what).description(description).register(registry);
  }

  /**
   * Stores a snapshot, and removes the job's older ones but for the newest of them. A store that is
   * away costs the snapshot, not the job.
   *
   * @return whether it is stored
   */
  public boolean offer(String job, long iteration, ArtifactStore.Content content) {
    try {
      store.writeSnapshot(job, iteration, content);
    } catch (ArtifactException e) {
      failed.increment();
      log.warn("Job {} goes on without a snapshot at {}: {}", job, iteration, e.getMessage());
      return false;
    }
    written.increment();
    try {
      removeOlder(job, iteration);
    } catch (ArtifactException e) {
      log.warn("Older snapshots of job {} than {} stay: {}", job, iteration, e.getMessage());
    }
    return true;
  }

  /**
   * Reads the job's furthest snapshot that is in order, for the job to go on from.
   *
   * @param reading throws an {@link InvalidInputException} or a {@link CorruptArtifactException}
   *     for a snapshot that cannot be used
   * @throws ArtifactException when the store is away, or when snapshots go as fast as they are read
   */
  public <T> Optional<Found<T>> furthest(String job, ArtifactStore.Reading<T> reading) {
    var found = find(job, reading);
    found.ifPresent(snapshot -> used.increment());
    return found;
  }

  private <T> Optional<Found<T>> find(String job, ArtifactStore.Reading<T> reading) {
    for (var listing = 1; listing <= LISTINGS; listing++) {
      var removed = false;
      for (var snapshot : store.snapshots(job)) {
        try {
          var content = store.readSnapshot(snapshot, reading);
          if (content.isPresent()) {
            return Optional.of(new Found<>(snapshot.iteration(), content.get()));
          }
          removed = true;
        } catch (InvalidInputException | CorruptArtifactException e) {
          refused.increment();
          log.warn("{} is refused: {}", snapshot, e.getMessage());
        }
      }
      if (!removed) {
        return Optional.empty();
      }
    }
    throw new ArtifactException(
        "Another holder of job %s removes its snapshots at the moment.".formatted(job));
  }

  /**
   * Iterations after which the job can be taken up again; 0 without a snapshot.
   *
   * @param check throws an {@link InvalidInputException} or a {@link CorruptArtifactException} for
   *     a snapshot that cannot be used
   * @throws ArtifactException when the store is away
   */
  public long progress(String job, Check check) {
    return find(
            job,
            file -> {
              check.check(file);
              return file;
            })
        .map(Found::iteration)
        .orElse(0L);
  }

  /**
   * Removes what the job has; only for a job that has ended.
   *
   * @throws ArtifactException when the store is away
   */
  public void remove(String job) {
    store.removeSnapshots(job);
  }

  /** Keeps what is further: it is another holder's, or not in order. */
  private void removeOlder(String job, long iteration) {
    store.snapshots(job).stream()
        .filter(snapshot -> snapshot.iteration() < iteration)
        .skip(1)
        .forEach(store::removeSnapshot);
  }
}
