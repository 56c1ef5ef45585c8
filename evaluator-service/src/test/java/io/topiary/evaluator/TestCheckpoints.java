package io.topiary.evaluator;

import io.topiary.engine.Computing;
import io.topiary.engine.TrainingRun;
import io.topiary.engine.Weights;
import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Keep;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.DenseRun;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.Sparsifier;
import io.topiary.schemas.Stage;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A small convolutional network on the shipped sample, at every stage of its life. */
final class TestCheckpoints {

  static final ImageDataSet DATA = open();
  static final Network NETWORK = BuiltInNetworks.network("small-cnn", 2, Shape.of(1, 28, 28), 10);
  static final Instant AT = Instant.parse("2026-11-22T10:00:00Z");
  static final double SPARSITY = 0.75;

  private static final Weights TRAINED = train(20, Optional.empty());

  private final ArtifactStore artifacts;
  private final String model;
  private final Artifact dense;

  TestCheckpoints(ArtifactStore artifacts, String model) {
    this.artifacts = artifacts;
    this.model = model;
    this.dense = store(TRAINED);
  }

  /** A network after a few iterations. */
  static Weights trained() {
    return TRAINED;
  }

  /** The same, after a few iterations more under the mask. */
  static Weights retrained() {
    return train(25, Optional.of(mask()));
  }

  /** Keeps the first of every four weights. */
  static Mask mask() {
    var tensors = new LinkedHashMap<String, BitMask>();
    for (var parameter : NETWORK.prunable()) {
      var alive = new BitSet();
      for (var i = 0; i < parameter.shape().elements(); i += 4) {
        alive.set(i);
      }
      tensors.put(parameter.name(), BitMask.of(parameter.shape(), alive));
    }
    return new Mask(tensors);
  }

  Checkpoint dense() {
    return checkpoint("dense", Stage.DENSE).setArtifact(dense).build();
  }

  Checkpoint pruned() {
    return checkpoint("pruned", Stage.PRUNED)
        .setArtifact(dense)
        .setMask(artifacts.write(mask()::write))
        .setDense(new DenseRun("dense", dense, 1.0, 0.1, null))
        .setTargetSparsity(SPARSITY)
        .build();
  }

  Checkpoint retrained(Weights weights) {
    return Checkpoint.newBuilder(pruned())
        .setCheckpointId(model + "-retrained")
        .setStage(Stage.RETRAINED)
        .setArtifact(store(weights))
        .build();
  }

  /** Trained from scratch by GMP: the zeros are in the weights, and there is no dense ancestor. */
  Checkpoint sparse(Weights weights) {
    var checkpoint =
        checkpoint("sparse", Stage.SPARSE)
            .setArtifact(store(weights))
            .setMask(artifacts.write(mask()::write))
            .setTargetSparsity(SPARSITY)
            .setSparsity(mask().sparsity());
    checkpoint.getLineageBuilder().setMethod(Method.GMP);
    checkpoint
        .getRecipeBuilder()
        .setSparsifier(Sparsifier.newBuilder().setMethod(Method.GMP).setSparsity(SPARSITY).build())
        .getLearningRateBuilder()
        .setSchedule(Schedule.LINEAR);
    return checkpoint.build();
  }

  private Checkpoint.Builder checkpoint(String name, Stage stage) {
    return Checkpoint.newBuilder()
        .setCheckpointId(model + "-" + name)
        .setJobId(model + "-job")
        .setStage(stage)
        .setLineage(Lineage.newBuilder().setModel(model).setGeneration("1").build())
        .setRecipe(recipe())
        .setEpochLoss(List.of())
        .setAt(AT);
  }

  private Artifact store(Weights weights) {
    return artifacts.write(file -> weights.write(file, Map.of()));
  }

  private static Recipe recipe() {
    return Recipe.newBuilder()
        .setNetwork(new NetworkSpec(new BuiltInNetwork("small-cnn", 2), List.of(1, 28, 28), 10))
        .setData(
            new DataSpec(
                DATA.name(),
                DATA.sha256(),
                DATA.train().size(),
                DATA.validation().size(),
                ImageDataSet.HELD_OUT_SEED,
                DATA.test().size(),
                0))
        .setEpochs(1.0)
        .setBatchSize(64)
        .setLearningRate(
            LearningRatePlan.newBuilder()
                .setSchedule(Schedule.ALLR)
                .setPeak(0.1)
                .setWarmUp(0)
                .setIterations(20)
                .build())
        .setMomentum(0.9)
        .setWeightDecay(5e-4)
        .setSeed(1L)
        .setThreads(1)
        .build();
  }

  private static Weights train(int iterations, Optional<Mask> mask) {
    var schedule = new LinearDecay(0.1, 0, iterations);
    return new TrainingRun(
            DATA.train(),
            schedule,
            64,
            new Sgd(0.9, 5e-4),
            mask.<Sparsification>map(Keep::new).orElseGet(None::new),
            1,
            Computing.DEFAULT)
        .run(Weights.initial(NETWORK, 1), progress -> true)
        .weights();
  }

  private static ImageDataSet open() {
    try {
      return DataSets.open(DataSets.FASHION_MNIST_SAMPLE, List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
