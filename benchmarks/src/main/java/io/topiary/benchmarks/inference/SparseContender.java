package io.topiary.benchmarks.inference;

import io.topiary.inference.CompileOptions;
import io.topiary.inference.SparseNetwork;
import java.io.IOException;
import java.nio.file.Path;

/** Topiary's own; the images are copied in and the scores out within the time that counts. */
final class SparseContender implements Contender {

  private final SparseNetwork network;
  private final float[] images;

  private SparseContender(SparseNetwork network, float[] images) {
    this.network = network;
    this.images = images;
  }

  static SparseContender load(Path checkpoint, float[] images, int threads) throws IOException {
    return new SparseContender(SparseNetwork.load(checkpoint, new CompileOptions(threads)), images);
  }

  @Override
  public String name() {
    return network.engine();
  }

  @Override
  public float[] predict() {
    return network.predict(images);
  }

  @Override
  public void close() {
    // Nothing is held outside the heap.
  }
}
