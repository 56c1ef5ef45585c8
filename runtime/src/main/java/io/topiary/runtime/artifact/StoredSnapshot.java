package io.topiary.runtime.artifact;

/**
 * A point at which a job can be taken up again, as it lies in the store.
 *
 * @param job the job's id
 * @param iteration iterations that were done by then
 * @param sha256 of what the snapshot holds, 64 lower-case hexadecimal digits
 */
public record StoredSnapshot(String job, long iteration, String sha256) {

  @Override
  public String toString() {
    return "snapshots/%s/%d-%s".formatted(job, iteration, sha256);
  }
}
