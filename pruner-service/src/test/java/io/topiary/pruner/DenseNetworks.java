package io.topiary.pruner;

import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.Ids;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.SelectorKind;
import io.topiary.schemas.Stage;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.NetworkJson;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Shape;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Dense networks small enough to work out by hand, as their checkpoints arrive. */
public final class DenseNetworks {

  /** Two features in, two classes out: {@code fc.weight} [2, 2] and {@code fc.bias} [2]. */
  public static final Network LINEAR =
      new Network(
          "linear",
          Shape.of(2),
          List.of(new Node("fc", new Gemm(2, true), List.of(Network.INPUT))));

  /** {@code first.weight} [8, 12], {@code second.weight} [4, 8] and their biases: 128 weights. */
  public static final Network TWO_LAYERS =
      new Network(
          "two-layers",
          Shape.of(12),
          List.of(
              new Node("first", new Gemm(8, true), List.of(Network.INPUT)),
              new Node("second", new Gemm(4, true), List.of("first"))));

  private static final Instant TRAINED = Instant.parse("2026-11-22T10:00:00Z");

  private final ArtifactStore artifacts;

  public DenseNetworks(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  /** {@link #LINEAR} with the weights 1, 2, 3, 4 and no bias. */
  public Checkpoint linear(String model, String generation) {
    return checkpoint(
        model,
        generation,
        spec(LINEAR),
        weights(LINEAR, Map.of("fc.weight", List.of(1f, 2f, 3f, 4f), "fc.bias", List.of(0f, 0f))));
  }

  /**
   * {@link #TWO_LAYERS} with weights drawn by lot, those of the second layer three times as far.
   */
  public Checkpoint twoLayers(String model, long seed) {
    var random = new Random(seed);
    var values = new HashMap<String, List<Float>>();
    for (var parameter : TWO_LAYERS.parameters()) {
      var scale = parameter.name().startsWith("second") ? 3 : 1;
      values.put(
          parameter.name(),
          random
              .doubles(parameter.shape().elements())
              .mapToObj(any -> (float) (scale * (any - 0.5)))
              .toList());
    }
    return checkpoint(model, "seed " + seed, spec(TWO_LAYERS), weights(TWO_LAYERS, values));
  }

  public NetworkSpec spec(Network network) {
    var graph = artifacts.write(file -> Files.writeString(file, NetworkJson.write(network)));
    return new NetworkSpec(graph, network.input().dimensions(), network.classes());
  }

  public Artifact weights(Network network, Map<String, List<Float>> values) {
    return artifacts.write(
        file ->
            CheckpointFile.write(
                file, network, Map.of(), parameter -> floats(values.get(parameter.name()))));
  }

  /** Trained for 10 epochs on 5,400 images in batches of 64, with a peak rate of 0.1. */
  public static Checkpoint checkpoint(
      String model, String generation, NetworkSpec network, Artifact weights) {
    var lineage = Lineage.newBuilder().setModel(model).setGeneration(generation).build();
    var recipe = recipe(network);
    var jobId = Ids.jobId(lineage, recipe, Optional.empty(), Optional.empty());
    return Checkpoint.newBuilder()
        .setCheckpointId(Ids.checkpointId(jobId, Stage.DENSE))
        .setJobId(jobId)
        .setStage(Stage.DENSE)
        .setLineage(lineage)
        .setArtifact(weights)
        .setRecipe(recipe)
        .setEpochLoss(List.of(1.5, 0.75))
        .setAt(TRAINED)
        .build();
  }

  public static PruningPolicy policy(String name, String models, Double... sparsities) {
    return PruningPolicy.newBuilder()
        .setName(name)
        .setModels(models)
        .setMethod(Method.ONE_SHOT)
        .setSelector(SelectorKind.GLOBAL_MAGNITUDE)
        .setSchedule(Schedule.ALLR)
        .setSparsities(List.of(sparsities))
        .setRetrainEpochs(2.0)
        .build();
  }

  private static Recipe recipe(NetworkSpec network) {
    return Recipe.newBuilder()
        .setNetwork(network)
        .setData(new DataSpec("two-features", "cd".repeat(32), 5_400, 600, 7L, 2_000, 0))
        .setEpochs(10.0)
        .setBatchSize(64)
        .setLearningRate(
            LearningRatePlan.newBuilder()
                .setSchedule(Schedule.LINEAR)
                .setPeak(0.1)
                .setWarmUp(0)
                .setIterations(850)
                .build())
        .setMomentum(0.9)
        .setWeightDecay(5e-4)
        .setSeed(42L)
        .setThreads(1)
        .build();
  }

  private static FloatBuffer floats(List<Float> values) {
    var buffer = FloatBuffer.allocate(values.size());
    values.forEach(buffer::put);
    return buffer.flip();
  }
}
