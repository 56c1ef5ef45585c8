package io.topiary.evaluator.page;

import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Work;
import java.time.Instant;

/** Signs of life and outcomes, made at so many seconds since 1970. */
final class LiveRecords {

  private LiveRecords() {}

  /** Says that as many iterations of 100 are done as it is seconds late. */
  static JobProgress sign(String id, int at) {
    return JobProgress.newBuilder()
        .setId(id)
        .setWork(Work.TRAINING)
        .setStage(Stage.RETRAINED)
        .setLineage(lineage())
        .setTargetSparsity(0.9)
        .setWorker("worker-1")
        .setSlots(1)
        .setDone(at)
        .setTotal(100)
        .setEpoch(1)
        .setEpochs(2)
        .setLearningRate(0.1)
        .setLoss(Double.NaN)
        .setImagesPerSecond(1234.5)
        .setAt(Instant.ofEpochSecond(at))
        .setDevice("cpu")
        .setThreads(1)
        .build();
  }

  static Outcome end(String id, Work work, Result result, int at) {
    var outcome =
        Outcome.newBuilder()
            .setId(id)
            .setWork(work)
            .setResult(result)
            .setLineage(lineage())
            .setWorker("worker-1")
            .setDurationMillis(1)
            .setAt(Instant.ofEpochSecond(at));
    return (result == Result.DONE ? outcome : outcome.setReason("It was refused.")).build();
  }

  private static Lineage lineage() {
    return Lineage.newBuilder()
        .setModel("resnet8")
        .setGeneration("1")
        .setPlan("plan")
        .setPhase(1)
        .setPhases(2)
        .setMethod(Method.ONE_SHOT)
        .build();
  }
}
