package io.topiary.trainer;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.engine.TrainedNetwork;
import io.topiary.engine.TrainingListener;
import io.topiary.engine.Weights;
import io.topiary.engine.data.DataSetLibrary;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.artifact.Snapshots;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.DenseRun;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.Sparsifier;
import io.topiary.schemas.TrainingJob;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of job training share: a store, small jobs, and the mask of every other weight. */
abstract class JobTrainingFixture {

  static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  static final Network NETWORK = BuiltInNetworks.network("mlp", 8, Shape.of(1, 28, 28), 10);
  @TempDir Path folder;
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  ArtifactStore artifacts;
  Snapshots snapshots;
  JobTraining training;

  @BeforeEach
  void open() {
    artifacts = FileArtifactStore.open(folder);
    snapshots = new Snapshots(artifacts, registry);
    training =
        new JobTraining(
            artifacts, snapshots, new DataSetLibrary(List.of()), Clock.fixed(NOW, ZoneOffset.UTC));
  }

  Checkpoint run(TrainingJob job) throws IOException {
    return training.store(job, train(job, progress -> true));
  }

  TrainedNetwork train(TrainingJob job, TrainingListener listener) throws IOException {
    try (var device = Devices.present(List.of("cpu")).lease()) {
      return training.train(job, device.computing(job), listener);
    }
  }

  Weights read(Artifact artifact) {
    return artifacts.read(artifact, file -> Weights.read(NETWORK, file));
  }

  /** The retraining of every other weight of the dense network. */
  TrainingJob halved(TrainingJob job, Checkpoint dense) {
    return TestJobs.withOwnId(
        TrainingJob.newBuilder(job)
            .setStart(dense.getArtifact())
            .setMask(artifacts.write(everyOther()::write))
            .setTargetSparsity(0.5)
            .setDense(new DenseRun(dense.getCheckpointId(), dense.getArtifact(), 1.0, 0.1, null))
            .setPolicy("halve"));
  }

  /** The job as one of two phases. */
  static TrainingJob phase(int number, TrainingJob job) {
    var lineage =
        Lineage.newBuilder(job.getLineage()).setPlan("plan").setPhase(number).setPhases(2).build();
    return TestJobs.withOwnId(TrainingJob.newBuilder(job).setLineage(lineage));
  }

  static TrainingJob sparse(Method method, int iterations) {
    var sparsifier =
        Sparsifier.newBuilder()
            .setMethod(method)
            .setSparsity(0.8)
            .setInitialThreshold(method == Method.STR ? -5 : 0)
            .setAlpha(method == Method.DST ? 1e-5 : 0);
    return TestJobs.sparse(iterations, sparsifier.build());
  }

  static Mask everyOther() {
    var tensors = new LinkedHashMap<String, BitMask>();
    for (var parameter : NETWORK.prunable()) {
      var alive = new BitSet();
      for (var i = 0; i < parameter.shape().elements(); i += 2) {
        alive.set(i);
      }
      tensors.put(parameter.name(), BitMask.of(parameter.shape(), alive));
    }
    return new Mask(tensors);
  }
}
