package io.topiary.runtime.queue;

import io.topiary.runtime.kafka.RecordSender;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/**
 * Tells how jobs ended. Every method returns when the broker has acknowledged it, and throws {@link
 * KafkaException} when it has not.
 */
public final class Outcomes {

  private final RecordSender sender;
  private final Work work;
  private final String worker;
  private final Clock clock;

  /**
   * @param work the kind of job
   * @param worker what the worker calls itself
   */
  public Outcomes(RecordSender sender, Work work, String worker, Clock clock) {
    this.sender = sender;
    this.work = work;
    this.worker = worker;
    this.clock = clock;
  }

  /** The job's result is committed and sent. */
  public void done(String id, Lineage lineage, Instant started) throws InterruptedException {
    send(id, lineage, Result.DONE, Optional.empty(), started);
  }

  /**
   * The job will never have a result.
   *
   * @param reason one sentence for people
   */
  public void failed(String id, Lineage lineage, String reason, Instant started)
      throws InterruptedException {
    send(id, lineage, Result.FAILED, Optional.of(reason), started);
  }

  /**
   * Somebody wanted the job to end, and it has.
   *
   * @param reason one sentence for people
   */
  public void cancelled(String id, Lineage lineage, String reason, Instant started)
      throws InterruptedException {
    send(id, lineage, Result.CANCELLED, Optional.of(reason), started);
  }

  private void send(
      String id, Lineage lineage, Result result, Optional<String> reason, Instant started)
      throws InterruptedException {
    var now = clock.instant();
    var outcome =
        Outcome.newBuilder()
            .setId(id)
            .setWork(work)
            .setResult(result)
            .setLineage(lineage)
            .setWorker(worker)
            .setDurationMillis(Duration.between(started, now).toMillis())
            .setAt(now);
    reason.ifPresent(outcome::setReason);
    sender.send(Topics.OUTCOMES, lineage.getModel(), outcome.build());
  }
}
