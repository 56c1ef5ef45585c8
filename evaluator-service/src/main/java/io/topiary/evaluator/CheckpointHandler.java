package io.topiary.evaluator;

import io.topiary.runtime.queue.CommitPoint;
import io.topiary.runtime.queue.JobContext;
import io.topiary.runtime.queue.JobHandler;
import io.topiary.runtime.queue.JobResult;
import io.topiary.runtime.queue.Outcomes;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Result;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Evaluates a checkpoint, or sends again what an earlier attempt has committed, and tells how it
 * ended.
 */
final class CheckpointHandler implements JobHandler<Checkpoint> {

  private final CheckpointEvaluation evaluation;
  private final CommitPoint<Evaluation> commitPoint;
  private final Outcomes outcomes;
  private final ProgressReports progress;
  private final EvaluatorMeters meters;

  CheckpointHandler(
      CheckpointEvaluation evaluation,
      CommitPoint<Evaluation> commitPoint,
      Outcomes outcomes,
      ProgressReports progress,
      EvaluatorMeters meters) {
    this.evaluation = evaluation;
    this.commitPoint = commitPoint;
    this.outcomes = outcomes;
    this.progress = progress;
    this.meters = meters;
  }

  @Override
  public boolean sendAgain(Checkpoint checkpoint, JobContext context) throws InterruptedException {
    var committed = commitPoint.sendAgain(id(checkpoint), checkpoint.getLineage().getModel());
    if (committed.isPresent()) {
      done(checkpoint, context);
    }
    return committed.isPresent();
  }

  @Override
  public JobResult handle(Checkpoint checkpoint, JobContext context) throws InterruptedException {
    var id = id(checkpoint);
    try {
      var evaluated = evaluation.evaluate(id, checkpoint, progress.of(id, checkpoint, context));
      commitPoint.commit(id, checkpoint.getLineage().getModel(), evaluated);
      done(checkpoint, context);
      return JobResult.done();
    } catch (EvaluationStoppedException e) {
      return JobResult.handedBack(false);
    } catch (IOException | UncheckedIOException e) {
      return JobResult.fault("The data set cannot be read at the moment: " + e + ".");
    }
  }

  @Override
  public boolean refuse(Checkpoint checkpoint, JobContext context, String reason)
      throws InterruptedException {
    outcomes.failed(id(checkpoint), checkpoint.getLineage(), reason, context.started());
    meters.ended(checkpoint, Result.FAILED);
    return true;
  }

  private void done(Checkpoint checkpoint, JobContext context) throws InterruptedException {
    outcomes.done(id(checkpoint), checkpoint.getLineage(), context.started());
    meters.ended(checkpoint, Result.DONE);
  }

  private static String id(Checkpoint checkpoint) {
    return Ids.evaluationId(
        checkpoint.getCheckpointId(), checkpoint.getRecipe().getData().getSha256());
  }
}
