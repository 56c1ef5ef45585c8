package io.topiary.evaluator;

import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.queue.JobContext;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Tells the world how far evaluations are. */
final class ProgressReports {

  /** As often as a person can follow. */
  private static final Duration INTERVAL = Duration.ofMillis(250);

  private static final double MILLIS_PER_SECOND = 1e3;

  private final EvaluatorConfig config;
  private final RecordSender sender;
  private final Clock clock;

  ProgressReports(EvaluatorConfig config, RecordSender sender, Clock clock) {
    this.config = config;
    this.sender = sender;
    this.clock = clock;
  }

  /** Reports on an evaluation that is about to start; stops it with its worker. */
  EvaluationListener of(String id, Checkpoint checkpoint, JobContext context) {
    return new Report(id, checkpoint, context);
  }

  private final class Report implements EvaluationListener {

    private final String id;
    private final Checkpoint checkpoint;
    private final JobContext context;
    private final Instant started = clock.instant();
    private Instant reported = Instant.MIN;

    private Report(String id, Checkpoint checkpoint, JobContext context) {
      this.id = id;
      this.checkpoint = checkpoint;
      this.context = context;
    }

    @Override
    public void onImages(long done, long total) {
      if (context.stopping() && done < total) {
        throw new EvaluationStoppedException();
      }
      var now = clock.instant();
      if (done == total || now.isAfter(reported.plus(INTERVAL))) {
        reported = now;
        context.underWay();
        sender.offer(Topics.PROGRESS, id, progress(done, total, now));
      }
    }

    @Override
    public boolean stopping() {
      return context.stopping();
    }

    private JobProgress progress(long done, long total, Instant now) {
      var millis = Math.max(1, Duration.between(started, now).toMillis());
      return JobProgress.newBuilder()
          .setId(id)
          .setWork(Work.EVALUATION)
          .setStage(checkpoint.getStage())
          .setLineage(checkpoint.getLineage())
          .setTargetSparsity(checkpoint.getTargetSparsity())
          .setWorker(config.worker().name())
          .setSlots(config.slots())
          .setDone(done)
          .setTotal(total)
          .setImagesPerSecond(done * MILLIS_PER_SECOND / millis)
          .setAt(now)
          .build();
    }
  }
}
