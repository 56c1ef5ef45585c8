package io.topiary.runtime.queue;

import org.apache.kafka.common.errors.ApiException;

/**
 * What a worker does with its jobs. The same job may come more than once, also to two workers at
 * the same time; whoever commits its result first wins, and later attempts send that result again.
 *
 * <p>An {@link ApiException} of Kafka's counts as a fault; any other exception is a bug, and ends
 * the process.
 */
public interface JobHandler<V> {

  /**
   * Works on the job; returns {@link JobResult.Done} only when the result is committed and sent.
   */
  JobResult handle(V job, JobContext context) throws InterruptedException;

  /**
   * Tells the world that the job has failed for good, and returns when that has been sent. Called
   * after poison, from {@link #handle} or after too many attempts without progress; its record then
   * goes to the dead letters.
   *
   * @param reason one sentence for people
   */
  void refuse(V job, JobContext context, String reason) throws InterruptedException;
}
