package io.topiary.runtime.queue;

/** How a handler's work on a job ended. */
public sealed interface JobResult {

  /** The result is committed and sent; the job leaves the queue. */
  record Done() implements JobResult {}

  /** Nobody wants it any more, and that has been told; the job leaves the queue. */
  record Cancelled() implements JobResult {}

  /**
   * The worker is stopping, and another is to go on.
   *
   * @param progressed whether the next attempt finds more than this one did, as after a snapshot;
   *     an attempt that progressed does not count towards poison
   */
  record HandedBack(boolean progressed) implements JobResult {}

  /**
   * No attempt can succeed.
   *
   * @param cause its message is one sentence that says what is wrong with the job
   */
  record Poison(Exception cause) implements JobResult {}

  /**
   * Something the job needs is away, and may come back; the attempt is repeated after a while.
   *
   * @param reason one sentence that says what is away
   */
  record Fault(String reason) implements JobResult {}

  static JobResult done() {
    return new Done();
  }

  static JobResult cancelled() {
    return new Cancelled();
  }

  static JobResult handedBack(boolean progressed) {
    return new HandedBack(progressed);
  }

  static JobResult poison(Exception cause) {
    return new Poison(cause);
  }

  static JobResult poison(String sentence) {
    return new Poison(new JobRefusedException(sentence));
  }

  static JobResult fault(String reason) {
    return new Fault(reason);
  }
}
