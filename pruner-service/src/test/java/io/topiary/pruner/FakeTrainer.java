package io.topiary.pruner;

import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.network.Networks;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Stage;
import io.topiary.schemas.TrainingJob;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Parameter;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Map;
import java.util.Random;

/**
 * Does what a trainer does with a retraining, but learns nothing: every weight that is alive moves
 * a little by lot, and the others are 0. The same job makes the same network. Where another phase
 * follows there is something in the place of momentum, which the pruner passes on unread.
 */
public final class FakeTrainer {

  private final ArtifactStore artifacts;
  private final Networks networks;

  public FakeTrainer(ArtifactStore artifacts) {
    this.artifacts = artifacts;
    this.networks = new Networks(artifacts);
  }

  public Checkpoint retrain(TrainingJob job, Instant at) {
    var checkpoint =
        Checkpoint.newBuilder()
            .setCheckpointId(Ids.checkpointId(job.getJobId(), Stage.RETRAINED))
            .setJobId(job.getJobId())
            .setStage(Stage.RETRAINED)
            .setLineage(job.getLineage())
            .setArtifact(retrained(job))
            .setMask(job.getMask().orElseThrow())
            .setTargetSparsity(job.getTargetSparsity())
            .setRecipe(job.getRecipe())
            .setDense(job.getDense().orElseThrow())
            .setPolicy(job.getPolicy().orElseThrow())
            .setAt(at);
    if (job.getLineage().getPhase() < job.getLineage().getPhases()) {
      checkpoint.setMomentum(
          artifacts.write(file -> Files.writeString(file, "momentum of " + job.getJobId())));
    }
    return checkpoint.build();
  }

  private Artifact retrained(TrainingJob job) {
    var network = networks.network(job.getRecipe().getNetwork());
    var mask = artifacts.read(job.getMask().orElseThrow(), Mask::read);
    var start =
        artifacts.read(job.getStart().orElseThrow(), file -> CheckpointFile.open(file, network));
    var random = new Random(job.getRecipe().getSeed() + job.getLineage().getPhase());
    return artifacts.write(
        file ->
            CheckpointFile.write(
                file, network, Map.of(), parameter -> moved(parameter, start, mask, random)));
  }

  private static FloatBuffer moved(
      Parameter parameter, CheckpointFile start, Mask mask, Random random) {
    var before = start.values(parameter);
    var after = FloatBuffer.allocate(before.remaining());
    for (var i = 0; i < after.capacity(); i++) {
      var moved = (float) (before.get(i) + 0.1 * random.nextGaussian());
      after.put(i, isAlive(parameter, mask, i) ? moved : 0);
    }
    return after;
  }

  private static boolean isAlive(Parameter parameter, Mask mask, int index) {
    return !mask.tensors().containsKey(parameter.name())
        || mask.tensor(parameter.name()).isAlive(index);
  }
}
