package io.topiary.runtime.queue;

import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.sparsity.InvalidInputException;
import org.apache.kafka.common.errors.ApiException;

/**
 * What a worker does with its jobs. The same job may come more than once, also to two workers at
 * the same time; whoever commits its result first wins, and later deliveries send that result
 * again.
 *
 * <p>An {@link InvalidInputException}, a {@link CorruptArtifactException} or a {@link
 * JobRefusedException} counts as poison. An {@link ArtifactException}, or an {@link ApiException}
 * of Kafka's, counts as a fault. Any other exception is a bug, and ends the process.
 */
public interface JobHandler<V> {

  /**
   * Sends the result that an earlier attempt has committed. Asked at every delivery, before {@link
   * #handle} and before a job is given up: what is committed is done, however its worker ended.
   *
   * @return whether there was one and it is sent; false when the work is to be done
   */
  boolean sendAgain(V job, JobContext context) throws InterruptedException;

  /**
   * Works on the job; returns {@link JobResult.Done} only when the result is committed and sent.
   */
  JobResult handle(V job, JobContext context) throws InterruptedException;

  /**
   * How far earlier attempts have brought the job: where the next one starts, in a number that
   * grows with what is done, such as iterations; 0 where it starts from nothing. Attempts count
   * towards poison only as long as it stays the same, however they end. An {@link
   * ArtifactException} counts as a fault.
   */
  default long progress(V job) {
    return 0;
  }

  /**
   * Tells the world that the job has failed for good, and returns when that has been sent. Called
   * after poison, from {@link #handle} or after too many attempts without progress; its record then
   * goes to the dead letters.
   *
   * @param reason one sentence for people
   * @return false when the job turned out to be done, by another holder, and that has been told
   */
  boolean refuse(V job, JobContext context, String reason) throws InterruptedException;
}
