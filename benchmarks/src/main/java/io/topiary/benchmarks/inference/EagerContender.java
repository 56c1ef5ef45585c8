package io.topiary.benchmarks.inference;

import io.topiary.engine.DenseInference;
import io.topiary.engine.Weights;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import java.io.IOException;
import java.nio.file.Path;

/** The fastest form of the evaluator's dense baseline, from images that lie ready as a tensor. */
record EagerContender(DenseInference network) implements Contender {

  static EagerContender load(Path checkpoint, float[] images, int threads) throws IOException {
    var file = CheckpointFile.open(checkpoint);
    var weights = Weights.of(file.network(), file, checkpoint);
    return new EagerContender(DenseInference.fastest(weights, images, threads));
  }

  @Override
  public String name() {
    return network.form();
  }

  @Override
  public float[] predict() {
    return network.predict();
  }

  @Override
  public void close() {
    network.close();
  }
}
