package io.topiary.evaluator.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.topiary.evaluator.page.LiveJobs.LiveJob;
import io.topiary.runtime.telemetry.Labels;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Jobs as JSON. A field that has no value is there and null; constants are in lower case. */
final class JobJson {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private JobJson() {}

  /** All jobs, and the server's time, against which a reader can tell how long one is silent. */
  static JsonNode of(List<LiveJob> jobs, Instant now, Optional<String> stale) {
    var json = NODES.objectNode().put("now", now.toString());
    json.put("stale", stale.orElse(null));
    var all = json.putArray("jobs");
    jobs.forEach(job -> all.add(of(job)));
    return json;
  }

  private static ObjectNode of(LiveJob job) {
    var json =
        job.progress().map(JobJson::of).or(() -> job.outcome().map(JobJson::of)).orElseThrow();
    json.put("at", job.heard().toString());
    json.put("ended", job.ended().map(end -> Labels.value(end.getResult())).orElse(null));
    json.put("reason", job.ended().flatMap(Outcome::getReason).orElse(null));
    return json;
  }

  private static ObjectNode of(JobProgress sign) {
    var json = NODES.objectNode().put("id", sign.getId()).put("work", Labels.value(sign.getWork()));
    json.put("stage", Labels.value(sign.getStage()));
    addLineage(json, sign.getLineage());
    return json.put("sparsity", sign.getTargetSparsity())
        .put("worker", sign.getWorker())
        .put("done", sign.getDone())
        .put("total", sign.getTotal())
        .put("epoch", sign.getEpoch())
        .put("epochs", sign.getEpochs())
        .put("learningRate", sign.getLearningRate().orElse(null))
        .put("loss", sign.getLoss().orElse(null))
        .put("epochLoss", sign.getEpochLoss().orElse(null))
        .put("imagesPerSecond", sign.getImagesPerSecond())
        .put("device", sign.getDevice())
        .put("threads", sign.getThreads());
  }

  /** An outcome of a job that gave no sign of life tells less. */
  private static ObjectNode of(Outcome end) {
    var json = NODES.objectNode().put("id", end.getId()).put("work", Labels.value(end.getWork()));
    json.putNull("stage");
    addLineage(json, end.getLineage());
    for (var unknown : List.of("sparsity", "learningRate", "loss", "epochLoss")) {
      json.putNull(unknown);
    }
    for (var none : List.of("done", "total", "epoch", "epochs", "imagesPerSecond", "threads")) {
      json.put(none, 0);
    }
    return json.put("worker", end.getWorker()).put("device", "");
  }

  private static void addLineage(ObjectNode json, Lineage lineage) {
    json.put("model", lineage.getModel())
        .put("method", lineage.getMethod().map(Labels::value).orElse(null))
        .put("phase", lineage.getPhase())
        .put("phases", lineage.getPhases());
  }
}
